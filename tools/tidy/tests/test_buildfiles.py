"""BUILD files follow the imports, and their visibility follows the import order."""

from pathlib import Path

import pytest

from tools.tidy import buildfiles, main, tree
from tools.tidy.tests.conftest import Checkout

CONTRACT = """\
[importlinter:contract:libs]
layers =
    (adapters) | (fakes)
    (compile)
    (kernel)
"""
FILES = {
    ".importlinter": CONTRACT,
    "libs/__init__.py": "",
    "libs/kernel/__init__.py": "",
    "libs/kernel/ids.py": "import re\n",
    "libs/compile/__init__.py": "",
    "libs/compile/route.py": "from libs.kernel import ids\nfrom libs.compile.rules import uri\n",
    "libs/compile/rules/__init__.py": "",
    "libs/compile/rules/uri.py": "from libs.kernel.ids import SetName\n",
    "libs/compile/table.json": "{}",
    "libs/compile/tests/test_route.py": "from libs.compile import route\nimport tools.envoy.run\n",
    "libs/compile/tests/cases/a.yaml": "",
    "libs/adapters/__init__.py": "",
    "libs/adapters/git/__init__.py": "",
    "tools/__init__.py": "",
    "tools/envoy/__init__.py": "",
    "tools/envoy/run.py": "def f():\n    from libs.kernel import ids\n",
    "tools/parts/__init__.py": "",
}


@pytest.fixture
def built(checkout: Checkout) -> dict[str, str]:
    """The BUILD files of a small checkout."""
    return buildfiles.build_files(checkout(FILES))


def test_a_library_depends_on_what_it_imports(built: dict[str, str]) -> None:
    """Other packages and the packages above them, once each, and never the library itself."""
    text = built["libs/compile/BUILD"]
    deps = text[text.index("deps = [") :].split("]")[0]
    assert [line.strip(' ",') for line in deps.splitlines()[1:-1]] == ["//libs", "//libs/kernel"]


def test_a_package_inside_belongs_to_its_lib(built: dict[str, str]) -> None:
    """Inner packages may import each other in a ring, so they are one target; data goes along."""
    assert "libs/compile/rules/BUILD" not in built
    assert '"rules/uri.py"' in built["libs/compile/BUILD"]
    assert '"table.json"' in built["libs/compile/BUILD"]
    assert "cases" not in built["libs/compile/BUILD"]


def test_a_test_file_is_a_target(built: dict[str, str]) -> None:
    """It depends on what it imports, tools too, on the parts, and on the cases beside it."""
    text = built["libs/compile/tests/BUILD"]
    assert 'src = "test_route.py"' in text
    for label in (":support", "compile", "//tools/envoy", "//tools/parts"):
        assert f'{label}"' in text
    assert '"cases/a.yaml"' in text


def test_an_import_inside_a_function_counts(built: dict[str, str]) -> None:
    """A late import is a dependency as well."""
    assert '"//libs/kernel"' in built["tools/envoy/BUILD"]


def test_visibility_is_the_import_order(built: dict[str, str]) -> None:
    """Who may use a lib: those on lines above that are there, and what stands on the libs."""
    groups = dict(part.split('",', 1) for part in built["BUILD"].split('name = "')[1:])
    assert '"//libs/compile/..."' in groups["users_of_kernel"]
    assert '"//libs/kernel/..."' not in groups["users_of_compile"]
    assert '"//libs/fakes/..."' not in groups["users_of_compile"]
    assert '"//services/..."' in groups["users_of_compile"]
    assert "libs" not in groups["users_of_adapters"]
    assert '"//libs/compile/tests"' in groups["unit_tests"]
    assert '"//libs/adapters/git:__subpackages__"' in built["libs/adapters/git/BUILD"]


def test_fix_makes_the_check_silent(checkout: Checkout, tmp_path: Path) -> None:
    """Missing, stale and orphaned BUILD files are found, repaired, and then nothing is found."""
    files = checkout(FILES)
    assert {finding.text for finding in buildfiles.check(files)} == {"is missing: run ./dev fix."}
    buildfiles.fix(files)
    assert not list(buildfiles.check(tree.read(tmp_path)))
    changed = checkout({"libs/kernel/ids.py": "import libs.compile.route\n"})
    (stale,) = buildfiles.check(changed)
    assert str(stale) == "libs/kernel/BUILD:1: does not fit the imports: run ./dev fix."
    (tmp_path / "tools/parts/__init__.py").unlink()
    found = {finding.path for finding in buildfiles.check(tree.read(tmp_path))}
    assert "tools/parts/BUILD" in found
    buildfiles.fix(tree.read(tmp_path))
    assert not (tmp_path / "tools/parts/BUILD").exists()


def test_a_build_file_of_a_persons_own_is_left_alone(checkout: Checkout, tmp_path: Path) -> None:
    """Only files that carry our first line are ever removed."""
    buildfiles.fix(checkout({**FILES, "docs/BUILD": "# mine\n"}))
    assert (tmp_path / "docs/BUILD").read_text(encoding="utf-8") == "# mine\n"


def test_the_command_prints_findings_and_fails(
    checkout: Checkout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line a finding, status 1; after --fix and with nothing else wrong, status 0."""
    docs = {name: '"""A."""\n' for name in FILES if name.endswith("__init__.py")}
    tests = {
        "libs/compile/tests/test_route.py": "import libs.compile.rules.uri, libs.compile.route"
    }
    toml = {"tools/tidy/untested.toml": "[untested]\n"}
    registry = '[cases]\n"libs/compile/tests/cases" = "libs/compile/tests/test_route.py"\n'
    checkout({**FILES, **docs, **toml, "tools/tidy/cases.toml": registry})
    tests["libs/compile/tests/test_route.py"] += "\nCASES = 'cases'\n"
    checkout(tests)
    assert main.main([], tmp_path) == 1
    assert "libs/BUILD:1: is missing" in capsys.readouterr().out
    assert main.main(["--fix"], tmp_path) == 0, capsys.readouterr().out
