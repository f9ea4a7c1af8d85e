"""Rules about calls. That they hold where Envoy's do is held by tables of calls (tests/agree)."""

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from protogen.envoy.config.rbac.v3 import rbac_pb2

from libs.routing.caller import Caller
from libs.routing.outcome import UndecidedError
from libs.routing.rbac import every, holding, some
from libs.routing.request import request_of
from libs.routing.tests.envoys import call

_ANY = {"any": True}


def _holding(permission: dict[str, Any], principal: dict[str, Any], **fields: Any) -> str | None:
    policy = {"permissions": [permission], "principals": [principal]}
    rules = ParseDict({"policies": {"one": policy}}, rbac_pb2.RBAC())
    made = call(**fields)
    request = request_of(made, normalize=True, merge_slashes=False)
    return holding(rules, Caller(made, request, verified=True))


def _answer(known: bool | None) -> bool:  # noqa: FBT001 - the answer itself
    if known is None:
        raise UndecidedError("something")
    return known


def test_what_is_not_known_counts_only_where_it_decides() -> None:
    """One that holds is enough for some, one that fails for every."""
    assert some([None, True], _answer)
    assert not every([None, False], _answer)
    with pytest.raises(UndecidedError):
        some([None, False], _answer)
    with pytest.raises(UndecidedError):
        every([None, True], _answer)


def test_a_rule_whose_operation_does_not_fit_needs_no_caller() -> None:
    """Who calls is asked only where it matters."""
    path = {"url_path": {"path": {"exact": "/a"}}}
    who = {"direct_remote_ip": {"address_prefix": "10.0.0.0", "prefix_len": 8}}
    assert _holding(path, who, path="/b") is None
    with pytest.raises(UndecidedError, match="source ip"):
        _holding(path, who, path="/a")
    assert _holding(path, who, path="/a", source={"ip": "10.1.2.3"}) == "one"


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("/a/*/c", "/a/b/c", True),
        ("/a/*/c", "/a/b/b/c", False),
        ("/a/**", "/a/b/b/c", True),
        ("/a.b/*", "/axb/c", False),
    ],
)
def test_a_star_of_a_template_is_a_segment_and_two_are_the_rest(
    template: str, path: str, *, expected: bool
) -> None:
    """Marks in it stand for themselves."""
    kind = "type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig"
    config = {"@type": kind, "path_template": template}
    found = _holding({"uri_template": {"name": "t", "typed_config": config}}, _ANY, path=path)
    assert (found is not None) == expected


def test_a_condition_that_is_not_known_is_named() -> None:
    """And never taken for one that holds."""
    with pytest.raises(UndecidedError, match="filter_state"):
        _holding(_ANY, {"filter_state": {"key": "k", "string_match": {"exact": "v"}}})
