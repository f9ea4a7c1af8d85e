"""AuthorizationPolicies that leave the decision to a service of the mesh: action CUSTOM."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.rbac.v3 import rbac_pb2
from protogen.envoy.extensions.filters.http.ext_authz.v3 import ext_authz_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.compile import collectors
from libs.compile.authorization import Filters, is_dry_run, rules_of
from libs.compile.callers import domains_of
from libs.compile.ledger import Ledger
from libs.compile.world import World
from libs.envoy import extauthz, names, rbac
from libs.envoy.extauthz import Asked
from libs.meshapi.authorizationpolicy import AuthorizationPolicy
from libs.meshapi.meshconfig.providers import (
    CheckBody,
    ExtensionProvider,
    GRPCAuthorizer,
    HTTPAuthorizer,
)
from libs.registry.service import Service

_TRIED: Final = "istio_ext_authz_"
_CUSTOM: Final = "CUSTOM"


@dataclass(frozen=True, slots=True)
class _Authority:
    """A provider that can be asked, and its service."""

    provider: HTTPAuthorizer | GRPCAuthorizer
    host: str

    @property
    def cluster(self) -> str:
        return names.outbound_cluster(self.host, self.provider.port)


def asked_services(world: World, mine: Sequence[AuthorizationPolicy]) -> tuple[Service, ...]:
    """Return the services that policies have asked, as far as they are known."""
    known = _providers(world)
    found = (_authority(world, known.get(name)) for name in _named(mine))
    hosts = dict.fromkeys(one.host for one in found if one is not None)
    return tuple(world.registry.services[host] for host in hosts)


def filters_of(world: World, mine: Sequence[AuthorizationPolicy], ledger: Ledger) -> Filters:
    """Return filters that find out who has to be asked, each with the one that asks.

    Where nobody can be asked, the calls in question are denied.
    """
    known = _providers(world)
    result = Filters()
    for name, policies in _named(mine).items():
        tried = Filters(keys=tuple(one.key for one in policies))
        authority = _authority(world, known.get(name))
        result += tried
        if authority is None:
            owners = ", ".join(str(one.key) for one in policies)
            ledger.problem(
                f"{owners}: all calls in question are denied, because provider `{name}` cannot be "
                "asked; define it in `extensionProviders` of the mesh, with a service that exists"
            )
            result += _denying(world, policies)
        else:
            result += _asking(world, name, authority, policies)
    return result


def _named(mine: Sequence[AuthorizationPolicy]) -> Mapping[str, list[AuthorizationPolicy]]:
    """Return policies that count by the name of their provider. A dry run asks nobody."""
    found: dict[str, list[AuthorizationPolicy]] = {}
    for one in mine:
        if one.spec.action == _CUSTOM and not is_dry_run(one):
            name = one.spec.provider.name if one.spec.provider else ""
            found.setdefault(name, []).append(one)
    return {name: found[name] for name in sorted(found)}


def _providers(world: World) -> Mapping[str, ExtensionProvider]:
    return {one.name: one for one in world.settings.extension_providers}


def _authority(world: World, one: ExtensionProvider | None) -> _Authority | None:
    found = (one.envoy_ext_authz_http or one.envoy_ext_authz_grpc) if one else None
    if found is None:
        return None
    services, root = world.registry.services, world.settings.root_namespace
    host = collectors.service_host(found, world.domain, root, services)
    service = services.get(host)
    if service is None or service.port(found.port) is None:
        return None
    return _Authority(found, host)


def _rules(
    world: World, policies: Sequence[AuthorizationPolicy], prefix: str, *, bytes_only: bool
) -> rbac.Rules:
    found: dict[str, rbac_pb2.Policy] = {}
    domains = domains_of(world.settings)
    for one in policies:
        found.update(rules_of(one, domains, bytes_only=bytes_only, prefix=prefix))
    return rbac.rules(rbac.DENY, found)


def _denying(world: World, policies: Sequence[AuthorizationPolicy]) -> Filters:
    requests, connections = (
        _rules(world, policies, "", bytes_only=bytes_only) for bytes_only in (False, True)
    )
    return Filters((rbac.http_filter(requests),), (rbac.network_filter(connections),))


def _asking(
    world: World, name: str, authority: _Authority, policies: Sequence[AuthorizationPolicy]
) -> Filters:
    begin = f"istio-ext-authz-{name}-"
    asked = Asked(_TRIED, f"{begin}ns[")
    requests, connections = (
        _rules(world, policies, begin, bytes_only=bytes_only) for bytes_only in (False, True)
    )
    http = (rbac.http_filter(None, requests, _TRIED), _http(asked, authority))
    network = tuple(_network(asked, authority))
    if network:
        network = (rbac.network_filter(None, connections, _TRIED), *network)
    return Filters(http, network)


def _http(asked: Asked, authority: _Authority) -> hcm_pb2.HttpFilter:
    provider = authority.provider
    config = ext_authz_pb2.ExtAuthz(
        failure_mode_allow=provider.fail_open, clear_route_cache=provider.clear_route_cache
    )
    timeout = provider.timeout or extauthz.TIMEOUT
    if isinstance(provider, GRPCAuthorizer):
        config.grpc_service.CopyFrom(extauthz.by_grpc(authority.cluster, timeout))
    else:
        prefix = provider.path_prefix
        service = extauthz.by_http(authority.cluster, authority.host, timeout, prefix)
        config.http_service.CopyFrom(service)
        _headers(config, provider)
    if provider.include_request_body_in_check is not None:
        _body(config, provider.include_request_body_in_check)
    return extauthz.http_filter(asked, config, extauthz.answered(provider.status_on_error))


def _headers(config: ext_authz_pb2.ExtAuthz, provider: HTTPAuthorizer) -> None:
    """Say which headers the service sees, and which of its own go where."""
    shown = provider.include_request_headers_in_check or provider.include_headers_in_check
    if shown:
        config.allowed_headers.CopyFrom(extauthz.names(shown))
    for name, value in sorted(provider.include_additional_headers_in_check.items()):
        added = base_pb2.HeaderValue(key=name, value=value)
        config.http_service.authorization_request.headers_to_add.append(added)
    answer = config.http_service.authorization_response
    if provider.headers_to_upstream_on_allow:
        kept = extauthz.names(provider.headers_to_upstream_on_allow)
        answer.allowed_upstream_headers.CopyFrom(kept)
    if provider.headers_to_downstream_on_deny:
        kept = extauthz.names(provider.headers_to_downstream_on_deny)
        answer.allowed_client_headers.CopyFrom(kept)
    if provider.headers_to_downstream_on_allow:
        kept = extauthz.names(provider.headers_to_downstream_on_allow)
        answer.allowed_client_headers_on_success.CopyFrom(kept)


def _body(config: ext_authz_pb2.ExtAuthz, written: CheckBody) -> None:
    shown = config.with_request_body
    shown.max_request_bytes = written.max_request_bytes
    shown.allow_partial_message = written.allow_partial_message
    shown.pack_as_bytes = written.pack_as_bytes


def _network(asked: Asked, authority: _Authority) -> Iterator[lc.Filter]:
    """Yield the filter of connections; a service of HTTP is not asked about them, as in Istio."""
    provider = authority.provider
    if isinstance(provider, GRPCAuthorizer):
        service = extauthz.by_grpc(authority.cluster, provider.timeout or extauthz.TIMEOUT)
        yield extauthz.network_filter(asked, service, fail_open=provider.fail_open)
