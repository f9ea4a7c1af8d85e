"""TLS of DestinationRules: which certificates are checked, and what a narrower one loses."""

from collections.abc import Iterator

from libs.compile.hosts import fqdn
from libs.desired.finding import Finding
from libs.lint import istiorules, kialirules
from libs.lint.clusterview import ClusterView
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.trafficpolicy import ClientTLS, TrafficPolicy
from libs.registry.hostnames import covers, is_wildcard

_POLICY: Path = ("spec", "trafficPolicy")


def _wide(obj: DestinationRule, _domain: str) -> Iterator[str]:
    if is_wildcard(obj.spec.host) and _tls(obj) is not None:
        yield obj.namespace


_WIDE = Index(DestinationRule, _wide)


def check(view: ClusterView, one: Subject[DestinationRule]) -> Iterator[Finding]:
    """Check the TLS of a DestinationRule, and that of wider ones that it replaces."""
    for path, policy in policies_of(one.object):
        yield from _unchecked(one, path, policy)
    yield from _overridden(view, one)
    for index, subset in enumerate(one.object.spec.subsets):
        if not subset.labels and subset.traffic_policy is None:
            text = (
                f"subset `{subset.name}` has no labels, so it is the whole service; "
                "write labels, or leave the subset out"
            )
            path = ("spec", "subsets", index)
            yield report(kialirules.SUBSET_WITHOUT_LABELS, one, path, text)


CHECKS = (each(DestinationRule, check),)


def policies_of(obj: DestinationRule) -> Iterator[tuple[Path, TrafficPolicy]]:
    """Return the traffic policies of the host and of each subset with their places."""
    if obj.spec.traffic_policy is not None:
        yield _POLICY, obj.spec.traffic_policy
    for index, subset in enumerate(obj.spec.subsets):
        if subset.traffic_policy is not None:
            yield ("spec", "subsets", index, "trafficPolicy"), subset.traffic_policy


def _unchecked(
    one: Subject[DestinationRule], path: Path, policy: TrafficPolicy
) -> Iterator[Finding]:
    text = (
        "no certificate of the server is checked against an authority of yours; write "
        "`caCertificates` or `credentialName`"
    )
    if _is_unchecked(policy.tls):
        yield report(istiorules.TLS_WITHOUT_CA, one, (*path, "tls"), text)
    for index, port in enumerate(policy.port_level_settings):
        if _is_unchecked(port.tls):
            here = (*path, "portLevelSettings", index, "tls")
            yield report(istiorules.PORT_TLS_WITHOUT_CA, one, here, text)


def _is_unchecked(tls: ClientTLS | None) -> bool:
    return (
        tls is not None
        and tls.mode in ("SIMPLE", "MUTUAL")
        and not (tls.ca_certificates or tls.credential_name or tls.insecure_skip_verify)
    )


def _overridden(view: ClusterView, one: Subject[DestinationRule]) -> Iterator[Finding]:
    """Find a wider rule that would have applied, and whose TLS is lost without a word."""
    host = fqdn(one.object.spec.host, one.namespace, view.domain)
    policy = one.object.spec.traffic_policy
    if policy is not None and (policy.tls or any(port.tls for port in policy.port_level_settings)):
        return
    root = view.settings.root_namespace
    spaces = dict.fromkeys((one.namespace, root))
    for other in (wide for space in spaces for wide in view.find(_WIDE, space)):
        pattern, tls = other.object.spec.host, _tls(other.object)
        reaches = pattern != host and covers(pattern, host)
        if tls is not None and tls.mode != "ISTIO_MUTUAL" and reaches:
            text = (
                f"this replaces {other.key} for host `{host}`, and its TLS mode `{tls.mode}` with "
                "it; write `tls` here as well"
            )
            yield report(kialirules.TLS_OVERRIDDEN, one, ("spec", "host"), text, [other])
            return


def _tls(obj: DestinationRule) -> ClientTLS | None:
    policy = obj.spec.traffic_policy
    return policy.tls if policy is not None else None
