"""Providers of the mesh that Telemetries and AuthorizationPolicies name."""

from collections.abc import Iterator, Sequence

from libs.desired.finding import Finding
from libs.kernel.messages import Level
from libs.lint import istiorules, rules
from libs.lint.clusterview import ClusterView
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.nearness import nearest
from libs.lint.subject import Path, Subject, report
from libs.meshapi.authorizationpolicy import AuthorizationPolicy
from libs.meshapi.telemetry import AccessLogging, Metrics, Telemetry, Tracing

_IN_NAMESPACE = Index(Telemetry, lambda one, _: (one.namespace,))
_BUILT_IN = frozenset({"prometheus", "stackdriver", "envoy"})


def _telemetry(view: ClusterView, one: Subject[Telemetry]) -> Iterator[Finding]:
    """Check that providers are there, and that one is named where the mesh has no default."""
    known = {item.name for item in view.settings.extension_providers} | _BUILT_IN
    for path, names in _named(one.object):
        for index, name in enumerate(names):
            yield from _missing(one, (*path, "providers", index, "name"), name, known)
    yield from _without(view, one)


def _authorizer(view: ClusterView, one: Subject[AuthorizationPolicy]) -> Iterator[Finding]:
    """Check that whoever is asked is there."""
    provider = one.object.spec.provider
    if provider is not None and provider.name:
        known = {item.name for item in view.settings.extension_providers}
        yield from _missing(one, ("spec", "provider", "name"), provider.name, known)


CHECKS = (each(Telemetry, _telemetry), each(AuthorizationPolicy, _authorizer))


def _named(obj: Telemetry) -> Iterator[tuple[Path, tuple[str, ...]]]:
    parts: dict[str, Sequence[Tracing | Metrics | AccessLogging]] = {
        "tracing": obj.spec.tracing,
        "metrics": obj.spec.metrics,
        "accessLogging": obj.spec.access_logging,
    }
    for name, items in parts.items():
        for index, item in enumerate(items):
            yield ("spec", name, index), tuple(one.name for one in item.providers)


def _missing(
    one: Subject[Telemetry] | Subject[AuthorizationPolicy], path: Path, name: str, known: set[str]
) -> Iterator[Finding]:
    """Providers stand in the mesh's settings, which a cluster may have elsewhere: a warning."""
    if name in known:
        return
    near = nearest(name, known)
    hint = f"did you mean `{near}`?" if near else "add it to the mesh's `extensionProviders`"
    text = f"the mesh has no extension provider `{name}`; {hint}"
    yield report(rules.MISSING.as_level(Level.WARNING), one, path, text)


def _without(view: ClusterView, one: Subject[Telemetry]) -> Iterator[Finding]:
    """Find logs and traces that go nowhere. Metrics have Prometheus as their default."""
    settings = view.settings
    default = settings.default_providers
    logs = default.access_logging if default else ()
    traces = default.tracing if default else ()
    text = (
        "no provider is named and the mesh has no default one, so nothing is written; name one "
        "under `providers`"
    )
    for index, logging in enumerate(one.object.spec.access_logging):
        found = logging.providers or logs or settings.access_log_file or logging.disabled
        if not found:
            path: Path = ("spec", "accessLogging", index)
            yield report(istiorules.NO_PROVIDER, one, path, text)
    for index, tracing in enumerate(one.object.spec.tracing):
        found = tracing.providers or traces or settings.enable_tracing
        if not found and not tracing.disable_span_reporting and not _inherited(view, one):
            yield report(istiorules.NO_PROVIDER, one, ("spec", "tracing", index), text)


def _inherited(view: ClusterView, one: Subject[Telemetry]) -> bool:
    """Say whether a wider Telemetry names providers of traces."""
    root = view.settings.root_namespace
    return any(
        tracing.providers
        for namespace in dict.fromkeys((root, one.namespace))
        for other in view.find(_IN_NAMESPACE, namespace)
        if other is not one
        for tracing in other.object.spec.tracing
    )
