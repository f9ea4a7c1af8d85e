"""Every piece of broken YAML is explained at a place inside the piece."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.meshapi.syntaxerrors import explain
from libs.meshapi.yamlnodes import Piece

_PARTS = st.sampled_from([*"ab:-?[]{},&*!|>'\"%@`#~\\ \n\t", "---", "...", "<<", ": ", "- "])


@settings(deadline=None)
@given(st.lists(_PARTS, max_size=30).map("".join))
def test_an_explanation_stands_inside_the_text(text: str) -> None:
    """Line and column lead to a character that is there."""
    piece = Piece("x.yaml", text, first_line=10)
    try:
        list(piece.documents())
    except yaml.YAMLError as error:
        origin, sentence = explain(error, piece)
        lines = text.split("\n")
        assert 11 <= origin.line <= 10 + len(lines)
        assert 1 <= origin.column <= len(lines[origin.line - 11]) + 1
        assert sentence


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("a: 'b\n---\n", 1, 4, "quoted text is not closed"),
        ("a:\n\tb: 1", 2, 1, "indent with spaces"),
        ("a: [\n", 1, 4, "a value is missing"),
        ("x\x01", 1, 2, "U+0001"),
    ],
)
def test_a_mistake_is_explained(text: str, line: int, column: int, said: str) -> None:
    """The place is the one that has to be changed."""
    piece = Piece("x.yaml", text, first_line=0)
    with pytest.raises(yaml.YAMLError) as caught:
        list(piece.documents())
    origin, sentence = explain(caught.value, piece)
    assert (origin.line, origin.column) == (line, column)
    assert said in sentence
