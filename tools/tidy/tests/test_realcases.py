"""A case of a contract counts once it has passed on the real server as it is."""

import ast

from tools.tidy import realcases
from tools.tidy.realcases import CASES, RECORD
from tools.tidy.tests.conftest import Checkout

SOURCE = """
def _helper(value):
    return value

def test_one(cluster):
    \"\"\"It says something.\"\"\"
    assert _helper(cluster)

def test_of_nothing():
    assert True
"""


def _found(checkout: Checkout, recorded: str, source: str) -> list[str]:
    """Return what is wrong with cases whose record was made from another source."""
    digests = realcases.digests(ast.parse(recorded))
    tree = checkout({CASES: source, RECORD: realcases.record(digests, "v1")})
    return [f"{one.path}:{one.line}: {one.text.split(':')[0]}" for one in realcases.check(tree)]


def test_what_passed_as_it_is_is_fine(checkout: Checkout) -> None:
    """Words and layout of a case are no matter; cases of no server are not asked for."""
    assert _found(checkout, SOURCE, SOURCE.replace("something", "else") + "\n# more\n") == []


def test_a_case_that_no_real_server_passed_is_found(checkout: Checkout) -> None:
    """Whether it is new or has become another, itself or by what it uses."""
    new = SOURCE + "\ndef test_two(server):\n    assert server\n"
    assert _found(checkout, SOURCE, new) == [
        f"{CASES}:12: `test_two` has not passed on a real server"
    ]
    now = f"{CASES}:5: `test_one` has not passed as it is now on a real server"
    assert _found(checkout, SOURCE, SOURCE.replace("assert _helper", "assert not _helper")) == [now]
    assert _found(checkout, SOURCE, SOURCE.replace("return value", "return 1")) == [now]


def test_a_record_of_no_case_is_found(checkout: Checkout) -> None:
    """What was renamed has to pass under its new name."""
    found = _found(checkout, SOURCE, SOURCE.replace("test_one", "test_other"))
    assert found[1] == f"{RECORD}:1: `test_one` is no case any more"
