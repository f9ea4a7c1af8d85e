"""Filters of policies in their order: whether they let a call through, and who stops it."""

from collections.abc import Iterable
from typing import Any, Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.rbac.v3 import rbac_pb2
from protogen.envoy.extensions.filters.http.ext_authz.v3 import ext_authz_pb2 as http_asking_pb2
from protogen.envoy.extensions.filters.http.jwt_authn.v3 import config_pb2
from protogen.envoy.extensions.filters.http.rbac.v3 import rbac_pb2 as http_pb2
from protogen.envoy.extensions.filters.network.ext_authz.v3 import ext_authz_pb2 as asking_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.filters.network.rbac.v3 import rbac_pb2 as network_pb2

from libs.routing import rbac, tokens
from libs.routing.caller import Caller
from libs.routing.filters import POLICIES, opened, type_of
from libs.routing.metadata import noted_holds
from libs.routing.outcome import RefusedError, UndecidedError, understood

_RBAC: Final = http_pb2.RBAC.DESCRIPTOR.full_name
_NETWORK_RBAC: Final = network_pb2.RBAC.DESCRIPTOR.full_name
_JWT: Final = config_pb2.JwtAuthentication.DESCRIPTOR.full_name
_ASKING: Final = http_asking_pb2.ExtAuthz.DESCRIPTOR.full_name
_NETWORK_ASKING: Final = asking_pb2.ExtAuthz.DESCRIPTOR.full_name
NETWORK_TYPES: Final = frozenset({_NETWORK_RBAC, _NETWORK_ASKING})

_RULES = ("rules", "shadow_rules", "shadow_rules_stat_prefix", "stat_prefix", "rules_stat_prefix")
_POLICY_ID: Final = "shadow_effective_policy_id"


def check_requests(filters: Iterable[hcm_pb2.HttpFilter], caller: Caller) -> None:
    """Follow a request through the filters of policies. Raises RefusedError where one stops it."""
    for one in filters:
        kind = type_of(one.typed_config)
        if one.disabled or kind not in POLICIES:
            continue
        if kind == _JWT:
            tokens.check(opened(one.typed_config, config_pb2.JwtAuthentication), caller)
        elif kind == _RBAC:
            _judge(opened(one.typed_config, http_pb2.RBAC), one.name, caller)
        else:
            _ask(opened(one.typed_config, http_asking_pb2.ExtAuthz), caller)


def check_connection(filters: Iterable[lc.Filter], caller: Caller) -> None:
    """Follow a bare connection through the filters of policies before the one that ends them."""
    for one in filters:
        kind = type_of(one.typed_config)
        if kind == _NETWORK_RBAC:
            _judge(opened(one.typed_config, network_pb2.RBAC), one.name, caller)
        elif kind == _NETWORK_ASKING:
            _ask(opened(one.typed_config, asking_pb2.ExtAuthz), caller)


def _judge(config: http_pb2.RBAC | network_pb2.RBAC, name: str, caller: Caller) -> None:
    understood(config, _RULES, "rbac")
    if config.HasField("shadow_rules"):
        found = rbac.holding(config.shadow_rules, caller)
        noted: dict[str, Any] = caller.noted.setdefault(name, {})
        if found is not None:
            noted[config.shadow_rules_stat_prefix + _POLICY_ID] = found
    if not config.HasField("rules"):
        return
    allows = config.rules.action == rbac_pb2.RBAC.ALLOW
    found = rbac.holding(config.rules, caller)
    if allows and found is None:
        owners = ", ".join(sorted({rule.rpartition("-rule[")[0] for rule in config.rules.policies}))
        raise RefusedError(f"allowed by none of {owners or 'no rules'}")
    if config.rules.action == rbac_pb2.RBAC.DENY and found is not None:
        raise RefusedError(f"denied by {found}", found)


def _ask(config: http_asking_pb2.ExtAuthz | asking_pb2.ExtAuthz, caller: Caller) -> None:
    """What another service answers nobody knows; but rules may say that it is not asked."""
    asked = config.filter_enabled_metadata
    if not config.HasField("filter_enabled_metadata") or noted_holds(asked, caller.noted):
        raise UndecidedError("what the service answers that ext_authz asks")
