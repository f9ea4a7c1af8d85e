"""Role-based access control: which calls a proxy lets through, in HTTP and on connections.

Patterns are those of Istio's policies: a text, `text*`, `*text`, or `*` for anything at all.
"""

from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from typing import Final

from protogen.envoy.config.core.v3 import address_pb2, extension_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.rbac.v3 import rbac_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.extensions.filters.http.rbac.v3 import rbac_pb2 as http_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.filters.network.rbac.v3 import rbac_pb2 as network_pb2
from protogen.envoy.extensions.path.match.uri_template.v3 import uri_template_match_pb2
from protogen.envoy.type.matcher.v3 import metadata_pb2, regex_pb2, string_pb2, value_pb2

from libs.envoy.anys import pack
from libs.envoy.matchers import quoted
from libs.envoy.wellknown import uint32

HTTP_NAME: Final = "envoy.filters.http.rbac"
NETWORK_NAME: Final = "envoy.filters.network.rbac"
POLICY_ID: Final = "shadow_effective_policy_id"
"""What the filter notes in metadata, behind a prefix: which of the rules it only tries holds."""

ALLOW: Final = rbac_pb2.RBAC.ALLOW
DENY: Final = rbac_pb2.RBAC.DENY
LOG: Final = rbac_pb2.RBAC.LOG

_NETWORK_STATISTICS: Final = "tcp."
_TEMPLATE: Final = "envoy.path.match.uri_template.uri_template_matcher"
_SOMETHING: Final = ".+"
Permission = rbac_pb2.Permission
Principal = rbac_pb2.Principal
Rules = rbac_pb2.RBAC


def pattern(written: str, before: str = "", *, any_case: bool = False) -> string_pb2.StringMatcher:
    """Return the matcher of a pattern; `before` stands before what it matches."""
    if written == "*":
        return regex(_SOMETHING)
    if written.startswith("*"):
        rest = written[1:]
        if before:
            return regex(f"{quoted(before)}.*{quoted(rest)}")
        return string_pb2.StringMatcher(suffix=rest, ignore_case=any_case)
    if written.endswith("*"):
        return string_pb2.StringMatcher(prefix=before + written[:-1], ignore_case=any_case)
    return string_pb2.StringMatcher(exact=before + written, ignore_case=any_case)


def regex(text: str) -> string_pb2.StringMatcher:
    """Return a matcher by an RE2 pattern that has to match the whole text."""
    return string_pb2.StringMatcher(safe_regex=regex_pb2.RegexMatcher(regex=text))


def header(name: str, written: str, *, any_case: bool = False) -> rc.HeaderMatcher:
    """Return a condition on a header; `*` asks for its presence."""
    if written == "*":
        return rc.HeaderMatcher(name=name, present_match=True)
    matcher = pattern(written, any_case=any_case)
    return rc.HeaderMatcher(name=name, string_match=matcher)


def to_path(written: str) -> Permission:
    """Return a condition on the path without its query, by a pattern or a template."""
    if "{*}" in written or "{**}" in written:
        template = written.replace("{*}", "*").replace("{**}", "**")
        config = pack(uri_template_match_pb2.UriTemplateMatchConfig(path_template=template))
        extension = extension_pb2.TypedExtensionConfig(name=_TEMPLATE, typed_config=config)
        return Permission(uri_template=extension)
    result = Permission()
    result.url_path.path.CopyFrom(pattern(written))
    return result


def to_address(written: str) -> Permission:
    """Return a condition on the address that is called."""
    return Permission(destination_ip=subnet(written))


def to_port(written: str) -> Permission:
    """Return a condition on the port that is called."""
    return Permission(destination_port=int(written))


def to_name(written: str) -> Permission:
    """Return a condition on the server name that a TLS client asks for."""
    return Permission(requested_server_name=pattern(written))


def subnet(written: str) -> address_pb2.CidrRange:
    """Return an address or a subnet as a subnet."""
    network = ip_network(written, strict=False)
    return address_pb2.CidrRange(
        address_prefix=str(network.network_address), prefix_len=uint32(network.prefixlen)
    )


def by_name(matcher: string_pb2.StringMatcher) -> Principal:
    """Return a condition on the identity in the caller's certificate."""
    result = Principal()
    result.authenticated.principal_name.CopyFrom(matcher)
    return result


def in_metadata(
    filter_name: str, path: Sequence[str], value: value_pb2.ValueMatcher
) -> metadata_pb2.MetadataMatcher:
    """Return a condition on what another filter noted about the call."""
    result = metadata_pb2.MetadataMatcher(filter=filter_name, value=value)
    for key in path:
        result.path.add(key=key)
    return result


def one_or_among(matcher: string_pb2.StringMatcher) -> value_pb2.ValueMatcher:
    """Return a condition on a value that is a text, or a list with such a text."""
    single = value_pb2.ValueMatcher(string_match=matcher)
    listed = value_pb2.ValueMatcher()
    listed.list_match.one_of.CopyFrom(single)
    result = value_pb2.ValueMatcher()
    result.or_match.value_matchers.extend((single, listed))
    return result


def any_permission(several: Sequence[Permission]) -> Permission:
    """Return a condition that holds when one of several does."""
    return Permission(or_rules=Permission.Set(rules=several))


def every_permission(several: Sequence[Permission]) -> Permission:
    """Return a condition that holds when all do; without any it always holds."""
    return Permission(and_rules=Permission.Set(rules=several or [Permission(any=True)]))


def any_principal(several: Sequence[Principal]) -> Principal:
    """Return a condition that holds when one of several does."""
    return Principal(or_ids=Principal.Set(ids=several))


def every_principal(several: Sequence[Principal]) -> Principal:
    """Return a condition that holds when all do; without any it always holds."""
    return Principal(and_ids=Principal.Set(ids=several or [Principal(any=True)]))


def rule(permissions: Sequence[Permission], principals: Sequence[Principal]) -> rbac_pb2.Policy:
    """Return a rule that holds when one of both does."""
    return rbac_pb2.Policy(permissions=permissions, principals=principals)


def never() -> rbac_pb2.Policy:
    """Return a rule that no call fits."""
    return rule(
        [Permission(not_rule=Permission(any=True))], [Principal(not_id=Principal(any=True))]
    )


def rules(action: "rbac_pb2.RBAC.Action", policies: Mapping[str, rbac_pb2.Policy]) -> Rules:
    """Return rules by their names. ALLOW without any allows nothing."""
    result = Rules(action=action)
    for name in sorted(policies):
        result.policies[name].CopyFrom(policies[name])
    return result


def http_filter(
    enforced: Rules | None, tried: Rules | None = None, prefix: str = ""
) -> hcm_pb2.HttpFilter:
    """Return a filter of requests; rules that are only `tried` count under `prefix`."""
    config = http_pb2.RBAC(rules=enforced, shadow_rules=tried, shadow_rules_stat_prefix=prefix)
    return hcm_pb2.HttpFilter(name=HTTP_NAME, typed_config=pack(config))


def network_filter(
    enforced: Rules | None, tried: Rules | None = None, prefix: str = ""
) -> lc.Filter:
    """Return a filter of connections; rules that are only `tried` count under `prefix`."""
    config = network_pb2.RBAC(
        rules=enforced,
        shadow_rules=tried,
        shadow_rules_stat_prefix=prefix,
        stat_prefix=_NETWORK_STATISTICS,
    )
    return lc.Filter(name=NETWORK_NAME, typed_config=pack(config))
