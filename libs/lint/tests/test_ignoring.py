"""What people write to have messages not given."""

from datetime import date

import pytest

from libs.desired.directory import contents_from_files
from libs.lint.ignoring import ANNOTATION, ISTIO_ANNOTATION, Unreadable, Wish, of_objects
from libs.lint.tests.edits import OBJECTS

SERVICE = OBJECTS[0].replace("metadata: {", "metadata: {annotations: {%s: %s}, ")


def said(name: str, text: str) -> list[Wish | Unreadable]:
    """Return what an annotation of a Service says."""
    file = SERVICE % (name, text)
    return [*of_objects(contents_from_files({"a.yaml": file.encode()}).contents)]


def test_a_line_names_codes_the_last_day_and_the_reason() -> None:
    """A reason may have any character; several lines are several wishes; each knows its place."""
    text = r'"IST0118, KIA* until 2030-01-31: old: it goes\nPER0301 until 2030-02-28: soon\n"'
    first, second = said(ANNOTATION, text)
    assert isinstance(first, Wish)
    assert isinstance(second, Wish)
    assert (first.codes, first.until) == (("IST0118", "KIA*"), date(2030, 1, 31))
    assert first.reason == "old: it goes"
    assert str(first.about) == "Service shop/web"
    assert str(first.origin).startswith("a.yaml:3:")
    assert (second.codes, second.reason) == (("PER0301",), "soon")


@pytest.mark.parametrize(
    "text",
    [
        "IST0118",
        "'IST0118 until 2030-01-31'",
        "'IST0118 until 2030-01-31: '",
        "'IST0118: some day'",
        "'IST0118 until 2030-02-31: a day that never is'",
        "'until 2030-01-31: everything'",
        "'* until 2030-01-31: everything'",
        "'ist0118 until 2030-01-31: in small letters'",
        "''",
    ],
)
def test_a_line_without_a_code_an_end_or_a_reason_is_unreadable(text: str) -> None:
    """It is said what is missing, and nothing is ignored."""
    (found,) = said(ANNOTATION, text)
    assert isinstance(found, Unreadable)


@pytest.mark.parametrize(
    ("text", "codes"),
    [("IST0118", ("IST0118",)), ("'IST0118, IST0101'", ("IST0118", "IST0101")), ("'*'", ("*",))],
)
def test_the_annotation_of_istioctl_is_read_as_it_reads_it(
    text: str, codes: tuple[str, ...]
) -> None:
    """Codes by commas, or all of them; it knows no end."""
    (found,) = said(ISTIO_ANNOTATION, text)
    assert isinstance(found, Wish)
    assert (found.codes, found.until) == (codes, None)
