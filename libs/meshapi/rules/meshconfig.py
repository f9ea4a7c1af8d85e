"""Rules of MeshConfig and MeshNetworks."""

from collections.abc import Iterator
from http import HTTPStatus

from libs.meshapi.base import Model
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.networks import MeshNetworks
from libs.meshapi.meshconfig.providers import ExtensionProvider
from libs.meshapi.meshconfig.proxy import ProxySettings
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import at_most_one, duration_problem, listing, unique, written
from libs.meshapi.rules.destinationrule import client_tls, locality, pool
from libs.meshapi.rules.selection import requirements
from libs.meshapi.rules.workloadgroup import probe
from libs.meshapi.schema import name_of

_PROVIDERS = tuple(name for name in ExtensionProvider.model_fields if name != "name")
_TRACERS = ("zipkin", "lightstep", "datadog", "stackdriver", "open_census_agent")
_SOURCES = ("literal", "environment", "header")

_NOT_ANSWERED = frozenset({101, 102, 103, 418, 425, 451})
_STATUSES = frozenset(str(int(one)) for one in HTTPStatus if one not in _NOT_ANSWERED)
"""Statuses that Envoy may be told to answer with."""


def check(config: MeshConfig, path: Path = ()) -> Iterator[Problem]:
    """Check settings that stand at `path`: in Fleet, or in a file of their own."""
    yield from _names(config, path)
    for name in ("connect_timeout", "hbone_idle_timeout", "dns_refresh_rate"):
        for shown in written(config, name):
            yield from duration_problem((*path, shown), getattr(config, name), zero=False)
    yield from at_most_one(path, config, "locality_lb_setting", "zone_aware_lb_setting")
    if config.locality_lb_setting is not None:
        yield from locality((*path, "localityLbSetting"), config.locality_lb_setting)
    for index, selector in enumerate(config.discovery_selectors):
        yield from requirements((*path, "discoverySelectors", index), selector)
    yield from _providers((*path, "extensionProviders"), config)
    if config.default_config is not None:
        yield from _proxy((*path, "defaultConfig"), config.default_config)
    yield from _policies(config, path)
    for index, data in enumerate(config.ca_certificates):
        here = (*path, "caCertificates", index)
        yield from at_most_one(here, data, "pem", "spiffe_bundle_url")


def _names(config: MeshConfig, path: Path) -> Iterator[Problem]:
    fault = names.label_fault(config.root_namespace)
    if fault is not None:
        yield Problem((*path, "rootNamespace"), fault)
    if not config.trust_domain:
        text = "the trust domain is empty; write one such as `cluster.local`"
        yield Problem((*path, "trustDomain"), text)


def _policies(config: MeshConfig, path: Path) -> Iterator[Problem]:
    outbound = config.outbound_traffic_policy
    if outbound.tls is not None:
        yield from client_tls((*path, "outboundTrafficPolicy", "tls"), outbound.tls)
    policy = config.default_traffic_policy
    if policy is not None and policy.connection_pool is not None:
        yield from pool((*path, "defaultTrafficPolicy", "connectionPool"), policy.connection_pool)


def _providers(path: Path, config: MeshConfig) -> Iterator[Problem]:
    providers = config.extension_providers
    yield from unique(path, [one.name for one in providers], "name", "provider")
    for index, provider in enumerate(providers):
        here = (*path, index)
        yield from at_most_one(here, provider, *_PROVIDERS)
        if not written(provider, *_PROVIDERS):
            text = "the provider says only its name; write what it is, such as `zipkin`"
            yield Problem(here, text)
        if provider.opentelemetry is not None:
            yield from at_most_one((*here, "opentelemetry"), provider.opentelemetry, "http", "grpc")
        yield from _refusals(here, provider)
        log = provider.envoy_file_access_log
        if log is not None and log.log_format is not None:
            form = (*here, "envoyFileAccessLog", "logFormat")
            yield from at_most_one(form, log.log_format, "text", "labels")


def _refusals(path: Path, provider: ExtensionProvider) -> Iterator[Problem]:
    """Find statuses that no Envoy takes as the answer for who cannot be asked."""
    found = (("envoyExtAuthzHttp", provider.envoy_ext_authz_http),)
    for name, one in (*found, ("envoyExtAuthzGrpc", provider.envoy_ext_authz_grpc)):
        status = one.status_on_error if one is not None else ""
        if status and status not in _STATUSES:
            text = f"Envoy answers with no status {quoted(status)}; write one such as `403`"
            yield Problem((*path, name, "statusOnError"), text)


def _proxy(path: Path, proxy: ProxySettings) -> Iterator[Problem]:
    yield from at_most_one(path, proxy, "service_cluster", "tracing_service_name")
    if proxy.readiness_probe is not None:
        yield from probe((*path, "readinessProbe"), proxy.readiness_probe)
    if proxy.private_key_provider is not None:
        here = (*path, "privateKeyProvider")
        yield from at_most_one(here, proxy.private_key_provider, "cryptomb", "qat")
    if proxy.tracing is not None:
        here = (*path, "tracing")
        yield from at_most_one(here, proxy.tracing, *_TRACERS)
        for name, tag in proxy.tracing.custom_tags.items():
            yield from at_most_one((*here, "customTags", name), tag, *_SOURCES)


def check_networks(networks: MeshNetworks) -> Iterator[Problem]:
    """Check that every entry says one thing."""
    for name, network in networks.networks.items():
        path: Path = ("networks", name)
        for index, one in enumerate(network.endpoints):
            here = (*path, "endpoints", index)
            yield from _exactly_one(here, one, "from_cidr", "from_registry")
            fault = names.network_fault(one.from_cidr) if one.from_cidr else None
            if fault is not None:
                yield Problem((*here, "fromCidr"), fault)
        for index, gateway in enumerate(network.gateways):
            here = (*path, "gateways", index)
            yield from _exactly_one(here, gateway, "registry_service_name", "address")


def _exactly_one(path: Path, model: Model, first: str, second: str) -> Iterator[Problem]:
    yield from at_most_one(path, model, first, second)
    if not written(model, first, second):
        fields = type(model).model_fields
        wanted = [name_of(fields[name], name) for name in (first, second)]
        yield Problem(path, f"the entry is empty; write {listing(wanted, 'or')}")
