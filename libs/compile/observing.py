"""Traces and access logs of a proxy's calls, as its Telemetry objects and its mesh want them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from protogen.envoy.type.tracing.v3 import custom_tag_pb2

from libs.compile import collectors, tracers
from libs.compile.dressing import Manager, TcpProxy
from libs.compile.ledger import Ledger
from libs.compile.proxy import Proxy
from libs.compile.telemetries import TracePlan, levels, log_plan, trace_plan
from libs.compile.tracers import Hosts
from libs.compile.world import World
from libs.envoy import accesslog, cel, newfields, tracing
from libs.envoy.hcm import Side
from libs.envoy.tracing import CustomTag
from libs.kernel.origins import ObjectKey
from libs.meshapi import telemetry
from libs.meshapi.meshconfig.providers import ExtensionProvider
from libs.registry.service import Service


@dataclass(frozen=True, slots=True)
class Observed:
    """What a manager and a TCP proxy of one side get, and whose wish it is."""

    keys: tuple[ObjectKey, ...] = ()
    traced: tracing.Tracing | None = None
    apart_from_ids: bool = False
    http_logs: tuple[accesslog.AccessLog, ...] = ()
    tcp_logs: tuple[accesslog.AccessLog, ...] = ()
    unmatched_logs: tuple[accesslog.AccessLog, ...] = ()
    """of a listener: for connections that none of its chains takes"""

    def add(self, found: Manager | TcpProxy) -> bool:
        """Change a filter; say whether there was anything to change."""
        if isinstance(found, TcpProxy):
            found.access_log.extend(self.tcp_logs)
            return bool(self.tcp_logs)
        found.access_log.extend(self.http_logs)
        if self.traced is not None:
            found.tracing.CopyFrom(self.traced)
        if self.apart_from_ids:
            tracing.sample_apart_from_ids(found)
        return bool(self.http_logs) or self.traced is not None


def watches(world: World) -> bool:
    """Say whether anybody may want traces or logs of any proxy."""
    mesh = world.settings
    defaults = mesh.default_providers
    stated = bool(defaults and (defaults.tracing or defaults.access_logging))
    wanted = stated or mesh.enable_tracing or mesh.access_log_file
    return bool(world.attached.telemetries or wanted)


def observed(world: World, proxy: Proxy, side: Side, ledger: Ledger) -> Observed:
    """Return what is wanted for one side of a proxy's calls."""
    found = levels(world.attached.telemetries, proxy, world.settings.root_namespace)
    plan = trace_plan(found, side, world.settings)
    http = _logs(world, log_plan(found, side, world.settings), ledger, http=True)
    tcp = _logs(world, log_plan(found, side, world.settings), ledger, http=False)
    traced = _tracing(world, proxy, plan, ledger)
    silent = world.settings.disable_envoy_listener_log
    return Observed(
        tuple(one.key for one in found),
        traced,
        not plan.ids_say_sampling and traced is not None,
        http,
        tcp,
        () if silent else tuple(map(accesslog.of_unmatched, tcp)),
    )


def called_services(world: World, proxy: Proxy) -> tuple[Service, ...]:
    """Return the services that a proxy itself calls to report, whatever it may call otherwise."""
    if not watches(world):
        return ()
    known = collectors.providers(world.settings)
    found = levels(world.attached.telemetries, proxy, world.settings.root_namespace)
    used: dict[str, None] = {}
    for side in Side:
        used[trace_plan(found, side, world.settings).provider] = None
        used |= dict.fromkeys(log_plan(found, side, world.settings) or ())
    hosts = (
        collectors.service_host(
            each, world.domain, world.settings.root_namespace, world.registry.services
        )
        for name in used
        if name in known
        for each in collectors.services_of(known[name])
    )
    services = world.registry.services
    return tuple(services[host] for host in dict.fromkeys(hosts) if host in services)


def _known(world: World, name: str, ledger: Ledger) -> ExtensionProvider | None:
    """Return a provider of the mesh; one that it does not have is said."""
    found = collectors.providers(world.settings).get(name)
    if found is None:
        ledger.problem(
            f"telemetry provider {name} is left out: the mesh has none of that name in "
            "`extensionProviders`"
        )
    return found


def _hosts(world: World, one: ExtensionProvider, ledger: Ledger) -> Hosts | None:
    """Return the hosts of a provider's services; None where one is unknown."""
    found = {}
    services, root = world.registry.services, world.settings.root_namespace
    for service in collectors.services_of(one):
        host = collectors.service_host(service, world.domain, root, services)
        known = services.get(host)
        if known is None or known.port(service.port) is None:
            ledger.problem(
                f"telemetry provider {one.name} is left out: no service {host} "
                f"has port {service.port}"
            )
            return None
        found[service.service] = host
    return found


def _tracing(world: World, proxy: Proxy, plan: TracePlan, ledger: Ledger) -> tracing.Tracing | None:
    """Who reports nothing passes the context on as it came."""
    one = _known(world, plan.provider, ledger) if plan.provider and plan.reports else None
    hosts = _hosts(world, one, ledger) if one is not None else None
    if one is None or hosts is None:
        return None
    provider = tracers.tracer(one, hosts, tracers.reporter(proxy, world.settings, one))
    if provider is None:
        return None
    tags = [*_tags(plan.tags), *(_istio_tags(world, proxy) if plan.istio_tags else ())]
    bound = tracers.path_characters_max(one, plan.path_characters_max)
    result = tracing.tracing(provider, plan.percent, tags, path_characters_max=bound)
    if one.skywalking is not None:
        result.spawn_upstream_span.value = True  # as its protocol wants it
    if plan.keeps_context:
        newfields.keep_context(result)
    return result


def _istio_tags(world: World, proxy: Proxy) -> Iterator[CustomTag]:
    """Yield what Istio's proxies say of themselves in every span."""
    config = world.settings.default_config
    values = {
        "istio.canonical_service": tracers.label(proxy, tracers.CANONICAL, tracers.UNKNOWN),
        "istio.canonical_revision": tracers.label(proxy, tracers.REVISION, tracers.LATEST),
        "istio.mesh_id": (config.mesh_id if config else "") or world.settings.trust_domain,
        "istio.namespace": proxy.namespace,
        "istio.cluster_id": proxy.cluster,
    }
    for name, value in values.items():
        yield CustomTag(tag=name, literal=CustomTag.Literal(value=value))


def _tags(written: Mapping[str, telemetry.CustomTag]) -> Iterator[CustomTag]:
    for name, one in written.items():
        if one.literal is not None:
            yield CustomTag(tag=name, literal=CustomTag.Literal(value=one.literal.value))
        elif one.environment is not None:
            source = one.environment
            yield CustomTag(
                tag=name,
                environment=custom_tag_pb2.CustomTag.Environment(
                    name=source.name, default_value=source.default_value
                ),
            )
        elif one.header is not None:
            header = one.header
            yield CustomTag(
                tag=name,
                request_header=custom_tag_pb2.CustomTag.Header(
                    name=header.name, default_value=header.default_value
                ),
            )
        elif one.formatter is not None:
            yield CustomTag(tag=name, value=one.formatter.value)


def _logs(
    world: World, plan: Mapping[str, str] | None, ledger: Ledger, *, http: bool
) -> tuple[accesslog.AccessLog, ...]:
    if plan is None:
        usual = collectors.mesh_log(world.settings)
        return (usual,) if usual is not None else ()
    found = []
    for name, expression in plan.items():
        one = _known(world, name, ledger)
        hosts = _hosts(world, one, ledger) if one is not None else None
        if one is None or hosts is None:
            continue
        host = next(iter(hosts.values()), "")
        log = collectors.logger(one, host, world.settings, http=http)
        wrong = cel.fault(expression) if expression else None
        if wrong is not None:
            ledger.problem(f"access log {name} is left out: its filter is no CEL: {wrong}")
        elif log is not None:
            found.append(accesslog.filtered(log, expression) if expression else log)
    return tuple(found)
