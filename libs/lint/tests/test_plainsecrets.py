"""Secrets in clear text."""

from libs.desired.directory import contents_from_files
from libs.lint.plainsecrets import check
from libs.lint.rules import PLAIN_SECRET

TEXT = """
apiVersion: v1
kind: Secret
metadata: {{name: a, namespace: default}}
{values}
"""


def _said(values: str) -> list[str]:
    read = contents_from_files({"a.yaml": TEXT.format(values=values).encode()})
    return [str(one.message) for one in check(read.contents)]


def test_a_value_is_refused_without_being_repeated() -> None:
    """The message names object, file and line."""
    (said,) = _said("stringData: {password: planted-value}")
    assert PLAIN_SECRET.code in said
    assert "a.yaml:5" in said
    assert "planted-value" not in said


def test_a_secret_that_others_fill_is_no_fault() -> None:
    """There is nothing to read in it."""
    assert not _said("type: Opaque")
