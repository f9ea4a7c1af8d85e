"""Filters of policies in their order."""

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.routing.caller import Caller
from libs.routing.outcome import RefusedError, UndecidedError
from libs.routing.policies import check_requests
from libs.routing.request import request_of
from libs.routing.tests.envoys import call

_TYPE = "type.googleapis.com/envoy.extensions.filters.http"
_AT_A = {"permissions": [{"url_path": {"path": {"exact": "/a"}}}], "principals": [{"any": True}]}


def _rbac(**fields: Any) -> dict[str, Any]:
    return {"name": "rbac", "typed_config": {"@type": f"{_TYPE}.rbac.v3.RBAC", **fields}}


def _asking(prefix: str) -> dict[str, Any]:
    condition = {
        "filter": "rbac",
        "path": [{"key": "try_shadow_effective_policy_id"}],
        "value": {"string_match": {"prefix": prefix}},
    }
    kind = f"{_TYPE}.ext_authz.v3.ExtAuthz"
    return {"name": "ask", "typed_config": {"@type": kind, "filter_enabled_metadata": condition}}


def _check(path: str, *filters: dict[str, Any]) -> None:
    made = call(path=path)
    caller = Caller(made, request_of(made, normalize=True, merge_slashes=False), verified=False)
    check_requests([ParseDict(one, hcm_pb2.HttpFilter()) for one in filters], caller)


def test_what_a_rule_denies_is_refused_by_its_name() -> None:
    """Everything else goes on."""
    denial = _rbac(rules={"action": "DENY", "policies": {"ns[a]-policy[b]-rule[0]": _AT_A}})
    _check("/b", denial)
    with pytest.raises(RefusedError) as refused:
        _check("/a", denial)
    assert refused.value.rule == "ns[a]-policy[b]-rule[0]"


def test_what_no_rule_allows_is_refused_and_nobody_in_particular_did_it() -> None:
    """The reason names the policies that could have."""
    allowing = _rbac(rules={"action": "ALLOW", "policies": {"ns[a]-policy[b]-rule[0]": _AT_A}})
    _check("/a", allowing)
    with pytest.raises(RefusedError) as refused:
        _check("/b", allowing)
    assert refused.value.reason == "allowed by none of ns[a]-policy[b]"
    assert not refused.value.rule


def test_another_service_is_asked_only_about_what_rules_point_out() -> None:
    """What it answers nobody knows here."""
    tried = _rbac(
        shadow_rules={"action": "DENY", "policies": {"ask-x": _AT_A}},
        shadow_rules_stat_prefix="try_",
    )
    _check("/b", tried, _asking("ask-"))
    _check("/a", tried, _asking("other-"))
    with pytest.raises(UndecidedError, match="ext_authz"):
        _check("/a", tried, _asking("ask-"))
