"""Rules about who may call: whether any of them holds for a call, and which one."""

import re
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any, Final, TypeVar

from google.protobuf.any_pb2 import Any as AnyMessage
from protogen.envoy.config.core.v3 import address_pb2
from protogen.envoy.config.rbac.v3 import rbac_pb2
from protogen.envoy.extensions.path.match.uri_template.v3 import uri_template_match_pb2

from libs.routing import conditions, texts
from libs.routing.caller import Caller
from libs.routing.filters import opened
from libs.routing.metadata import noted_holds
from libs.routing.outcome import UndecidedError, understood

_Permission = rbac_pb2.Permission
_Principal = rbac_pb2.Principal
_Part = TypeVar("_Part")
_SEGMENT: Final = r"[^/]+"
_REST: Final = r".*"


def holding(rules: rbac_pb2.RBAC, caller: Caller) -> str | None:
    """Return the first rule by name that holds for a call, None where none does.

    Raises UndecidedError where that depends on what is not known.
    """
    understood(rules, ("action", "policies", "audit_logging_options"), "rbac")
    unknown: UndecidedError | None = None
    for name in sorted(rules.policies):
        try:
            if _policy(rules.policies[name], caller):
                return name
        except UndecidedError as error:
            unknown = unknown or error
    if unknown is not None:
        raise unknown
    return None


def _policy(policy: rbac_pb2.Policy, caller: Caller) -> bool:
    understood(policy, ("permissions", "principals"), "rbac.policies")

    def what() -> bool:
        return some(policy.permissions, lambda one: permission(one, caller))

    def who() -> bool:
        return some(policy.principals, lambda one: principal(one, caller))

    return every((what, who), _called)


def _called(holds: Callable[[], bool]) -> bool:
    return holds()


def some(parts: Iterable[_Part], holds: Callable[[_Part], bool]) -> bool:
    """Say whether one holds. Raises UndecidedError only where no other does."""
    unknown: UndecidedError | None = None
    for one in parts:
        try:
            if holds(one):
                return True
        except UndecidedError as error:
            unknown = unknown or error
    if unknown is not None:
        raise unknown
    return False


def every(parts: Iterable[_Part], holds: Callable[[_Part], bool]) -> bool:
    """Say whether all hold. Raises UndecidedError only where no other fails."""
    return not some(parts, lambda one: not holds(one))


def permission(one: _Permission, caller: Caller) -> bool:
    """Say whether a condition on what is called holds."""
    kind = str(one.WhichOneof("rule"))
    if kind in ("not_rule", "and_rules", "or_rules"):
        return _joined(kind, one, lambda part: permission(part, caller))
    return _PERMISSIONS[kind](one, caller) if kind in _PERMISSIONS else _common(kind, one, caller)


def principal(one: _Principal, caller: Caller) -> bool:
    """Say whether a condition on who calls holds."""
    kind = str(one.WhichOneof("identifier"))
    if kind in ("not_id", "and_ids", "or_ids"):
        return _joined(kind, one, lambda part: principal(part, caller))
    return _PRINCIPALS[kind](one, caller) if kind in _PRINCIPALS else _common(kind, one, caller)


def _joined(kind: str, one: _Permission | _Principal, holds: Callable[[Any], bool]) -> bool:
    """Say what a condition made of others says, of which each holds or not."""
    inner = getattr(one, kind)
    if kind.startswith("not_"):
        return not holds(inner)
    parts = inner.ids if kind.endswith("_ids") else inner.rules
    return (every if kind.startswith("and_") else some)(parts, holds)


def _common(kind: str, one: _Permission | _Principal, caller: Caller) -> bool:
    """A bare connection has no headers, and so none that fits."""
    if kind == "any":
        return one.any
    if kind == "metadata":
        return noted_holds(one.metadata, caller.noted)
    if kind == "header":
        return caller.request is not None and conditions.header_holds(one.header, caller.request)
    if kind == "url_path":
        matcher, request = one.url_path.path, caller.request
        return request is not None and texts.matches(matcher, request.bare_path)
    raise UndecidedError(f"rbac.{kind}")


def _destination_ip(one: _Permission, caller: Caller) -> bool:
    if not caller.call.address:
        raise UndecidedError("which address is called: give the call an address")
    return _within(one.destination_ip, caller.call.address)


def _uri_template(one: _Permission, caller: Caller) -> bool:
    packed, request = one.uri_template.typed_config, caller.request
    return request is not None and _templated(packed, request.bare_path)


def _authenticated(one: _Principal.Authenticated, caller: Caller) -> bool:
    """Without a name every caller with a certificate fits."""
    name = caller.identity
    if name is None:
        return False
    return not one.HasField("principal_name") or texts.matches(one.principal_name, name)


def _templated(packed: AnyMessage, path: str) -> bool:
    """A star is one segment of a path, two are all that follow."""
    config = opened(packed, uri_template_match_pb2.UriTemplateMatchConfig)
    return texts.engine(template_pattern(config.path_template)).fullmatch(path) is not None


def template_pattern(template: str) -> str:
    """Return the regular expression of a template's paths. Raises UndecidedError."""
    if "{" in template:
        raise UndecidedError("uri_template with names")
    parts = re.split(r"(\*\*|\*)", template)
    known = {"*": _SEGMENT, "**": _REST}
    return "".join(known.get(part, re.escape(part)) for part in parts)


def _within(subnet: address_pb2.CidrRange, address: str) -> bool:
    network = ip_network(f"{subnet.address_prefix}/{subnet.prefix_len.value}", strict=False)
    try:
        return ip_address(address) in network
    except ValueError as error:
        raise UndecidedError(f"address {address}") from error


_PERMISSIONS: Final[Mapping[str, Callable[[_Permission, Caller], bool]]] = {
    "destination_port": lambda one, caller: caller.call.port == one.destination_port,
    "destination_ip": _destination_ip,
    "requested_server_name": lambda one, caller: texts.matches(
        one.requested_server_name, caller.call.sni
    ),
    "uri_template": _uri_template,
}
_PRINCIPALS: Final[Mapping[str, Callable[[_Principal, Caller], bool]]] = {
    "authenticated": lambda one, caller: _authenticated(one.authenticated, caller),
    "direct_remote_ip": lambda one, caller: _within(one.direct_remote_ip, caller.address),
    "remote_ip": lambda one, caller: _within(one.remote_ip, caller.first_address),
}
