"""Each check finds what it is for, says what to do, and is silent otherwise."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from tools.tidy import beside, cases, links, purity, sizes, testimports, words
from tools.tidy.tests.conftest import Checkout
from tools.tidy.tree import Finding, Tree

Check = Callable[[Tree], Iterator[Finding]]

NO_REASONS = {beside.EXCEPTIONS: "[untested]\n"}
NO_CASES = {cases.REGISTRY: "[cases]\n"}
SOMETHING = "def f(): ..."
LONG_FUNCTION = "def f():\n" + "    x = 1\n" * 60

CASES = [
    pytest.param(sizes.check, {"a.py": "x = 1\n" * 501}, "a.py:1: 501 lines", id="long file"),
    pytest.param(sizes.check, {"a.py": "x = 1\n" * 500}, "", id="file at the limit"),
    pytest.param(
        sizes.check, {"a.py": LONG_FUNCTION}, "a.py:1: `f` has 61 lines", id="long function"
    ),
    pytest.param(sizes.check, {"a/__init__.py": ""}, "a/__init__.py:1: say in", id="no docstring"),
    pytest.param(
        sizes.check, {"a/__init__.py": '"""A."""\nimport b\n'}, "a/__init__.py:2: an", id="code"
    ),
    pytest.param(words.check, {"a.md": "x\nTO" + "DO: y"}, "a.md:2: `TO" + "DO`", id="postponed"),
    pytest.param(
        words.check, {"a.txt": "see ghcr" + ".io/x"}, "a.txt:1: `ghcr" + ".io`", id="host"
    ),
    pytest.param(
        words.check, {"a.sh": "cd /ro" + "ot/x"}, "a.sh:1: `/ro" + "ot/`", id="machine path"
    ),
    pytest.param(words.check, {"a.yaml": "uri: /api/root/x /workshop"}, "", id="other paths"),
    pytest.param(
        words.check, {"a.py": "# see issue" + " 7"}, "a.py:1: `issue" + " 7`", id="ticket"
    ),
    pytest.param(
        beside.check, {"libs/a/b.py": SOMETHING}, "libs/a/b.py:1: has no tests: write", id="no test"
    ),
    pytest.param(
        beside.check,
        {"libs/a/b.py": SOMETHING, "libs/a/tests/test_b.py": ""},
        "",
        id="test by name",
    ),
    pytest.param(
        beside.check,
        {"libs/a/b.py": SOMETHING, "libs/a/tests/test_all.py": "from libs.a.b import c"},
        "",
        id="test by import of a name",
    ),
    pytest.param(
        beside.check,
        {"libs/a/b.py": SOMETHING, "libs/c/tests/test_c.py": "from libs.a import b"},
        "libs/a/b.py:1: has no tests",
        id="a test elsewhere does not count",
    ),
    pytest.param(
        beside.check,
        {"libs/a/b.py": SOMETHING, beside.EXCEPTIONS: '[untested]\n"libs/a/*" = "because"\n'},
        "",
        id="a reason",
    ),
    pytest.param(beside.check, {"libs/a/b.py": "LIMIT_S = 1"}, "", id="nothing to test"),
    pytest.param(
        beside.check,
        {beside.EXCEPTIONS: '[untested]\n"libs/a/*" = "because"\n'},
        f"{beside.EXCEPTIONS}:1: `libs/a/*` excuses nothing",
        id="a reason for nothing",
    ),
    pytest.param(
        cases.check,
        {"tests/x/cases/a.yaml": ""},
        "tests/x/cases:1: name the test",
        id="cases that nobody reads",
    ),
    pytest.param(
        cases.check,
        {
            "tests/x/cases/a/b.yaml": "",
            "tests/x/test_x.py": "CASES = 'cases'",
            cases.REGISTRY: '[cases]\n"tests/x/cases" = "tests/x/test_x.py"\n',
        },
        "",
        id="cases with a reader",
    ),
    pytest.param(
        cases.check,
        {
            "tests/x/cases/a.yaml": "",
            "tests/x/test_x.py": "",
            cases.REGISTRY: '[cases]\n"tests/x/cases" = "tests/x/test_x.py"\n',
        },
        "tests/x/test_x.py:1: does not read",
        id="a reader that does not read",
    ),
    pytest.param(
        cases.check,
        {cases.REGISTRY: '[cases]\n"tests/x/cases" = "tests/x/test_x.py"\n'},
        "`tests/x/cases` has no files",
        id="a registry line for nothing",
    ),
    pytest.param(
        links.check, {"d/a.md": "see [b](b.md#x)"}, "d/a.md:1: links to `b.md`", id="dead"
    ),
    pytest.param(
        links.check,
        {"d/a.md": "[b](../b.md) [c](https://c.example) [d](#d)", "b.md": ""},
        "",
        id="live",
    ),
    pytest.param(
        testimports.check,
        {
            "libs/a/tests/test_a.py": "from libs.a.tests.test_b import c",
            "libs/a/tests/test_b.py": "",
        },
        "libs/a/tests/test_a.py:1: imports from libs/a/tests/test_b.py",
        id="a test of a test",
    ),
    pytest.param(
        testimports.check,
        {"libs/a/tests/test_a.py": "from libs.a.tests.cases import test_c"},
        "",
        id="what tests share",
    ),
    pytest.param(
        purity.check, {"libs/kernel/a.py": "import pydantic"}, "imports `pydantic`", id="impure"
    ),
    pytest.param(
        purity.check, {"libs/kernel/a.py": "import json\nfrom libs.kernel import b"}, "", id="pure"
    ),
    pytest.param(
        purity.check, {"libs/kernel/tests/test_a.py": "import pytest"}, "", id="tests may use all"
    ),
]


@pytest.mark.parametrize(("check", "files", "said"), CASES)
def test_findings(checkout: Checkout, check: Check, files: Mapping[str, str], said: str) -> None:
    """A check finds the one thing that is wrong, at its line, or nothing."""
    found = [str(finding) for finding in check(checkout({**NO_REASONS, **NO_CASES, **files}))]
    assert len(found) == (1 if said else 0), found
    assert said in "".join(found)


def test_ignored_files_are_not_judged(checkout: Checkout) -> None:
    """What git ignores is no part of the checkout; a new file that git does not know is."""
    tree = checkout({".gitignore": "out/\n", "out/a.py": "x" * 9, "new.py": ""})
    assert tree.files == (".gitignore", "new.py")
