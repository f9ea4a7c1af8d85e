"""Every kind of error that our models can raise has a sentence of its own."""

import pytest
from pydantic import ValidationError

from libs.meshapi.base import Model
from libs.meshapi.kinds import MODELS
from libs.meshapi.positions import NodeTree
from libs.meshapi.schemaerrors import problems_of
from libs.meshapi.service import ServicePort
from libs.meshapi.virtualservice import FaultAbort, HTTPRetry, HTTPRoute, VirtualServiceSpec
from libs.meshapi.yamlnodes import pieces_of

WRONG: tuple[object, ...] = (
    None,
    True,
    7,
    1.5,
    "text",
    (),
    (1,),
    {},
    {"": 1},
    {"a": {}},
    {"a": "b"},
    float("nan"),
)
FALLBACK = "cannot be used here"


def _sentences(model: type[Model], value: object) -> list[str]:
    (piece,) = pieces_of("x.yaml", "a: b")
    (root,) = piece.documents()
    try:
        model.model_validate(value, by_name=False)
    except ValidationError as error:
        return [one.text for one in problems_of(error, model, NodeTree(piece, root), ())]
    return []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_wrong_value_of_a_top_field_ends_in_the_fallback(model: type[Model]) -> None:
    """The general sentence is for what nobody has seen; no sentence is the library's own."""
    for field in ("apiVersion", "kind", "metadata", "spec", "endpoints", "other"):
        for value in WRONG:
            for text in _sentences(model, {field: value}):
                assert FALLBACK not in text
                assert "Input should" not in text
                assert "pydantic" not in text


@pytest.mark.parametrize(
    ("model", "value", "text"),
    [
        (HTTPRetry, {"attempts": "3"}, "the text `3`; remove the quotes"),
        (HTTPRetry, {"attempts": 2.5}, "`attempts` must be a whole number and is the number `2.5`"),
        (HTTPRetry, {"attempts": 2**40}, "write a number of at most 2147483647"),
        (HTTPRetry, {"perTryTimeout": ()}, "this is no duration"),
        (FaultAbort, {"percentage": {"value": "5"}}, "`percentage.value` must be a number"),
        (FaultAbort, {"percentage": {"value": -1}}, "write a number of at least 0"),
        (HTTPRoute, {"match": {}}, "`match` must be a list and is a mapping"),
        (HTTPRoute, {"headers": ()}, "`headers` must be a mapping and is a list"),
        (HTTPRoute, {"name": None}, "`name` has no value; write one or remove the line"),
        (ServicePort, {"port": 80, "targetPort": True}, "must be a number or a name"),
        (VirtualServiceSpec, {"hosts": "a"}, "`hosts` must be a list and is the text `a`"),
    ],
)
def test_a_sentence_says_what_is_and_what_should_be(
    model: type[Model], value: object, text: str
) -> None:
    """The path, the wrong value's kind, and what to write."""
    (sentence,) = _sentences(model, value)
    assert text in sentence
