"""Fields in old spellings: they are read, and their successors say the same."""

from collections.abc import Iterable, Iterator

from libs.desired.finding import Finding
from libs.lint import istiorules
from libs.lint.clienttls import policies_of
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.meshapi.base import Model
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.requestauthentication import RequestAuthentication
from libs.meshapi.trafficpolicy import LoadBalancer, OutlierDetection
from libs.meshapi.virtualservice import HTTPRoute, VirtualService

_Old = tuple[str, str, str]
_RULE: tuple[_Old, ...] = (
    ("mirrored_percent", "mirrorPercent", "mirrorPercentage.value"),
    ("mirror_percent", "mirror_percent", "mirrorPercentage.value"),
)


def _routes(_view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    for index, rule in enumerate(one.object.spec.http):
        yield from _reported(one, _of_rule(("spec", "http", index), rule))


def _policies(_view: ClusterView, one: Subject[DestinationRule]) -> Iterator[Finding]:
    yield from _reported(one, _of_policies(one.object))


def _tokens(_view: ClusterView, one: Subject[RequestAuthentication]) -> Iterator[Finding]:
    for index, jwt in enumerate(one.object.spec.jwt_rules):
        path: Path = ("spec", "jwtRules", index)
        yield from _reported(one, _set(path, jwt, ("jwks_uri", "jwks_uri", "jwksUri")))


CHECKS = (
    each(VirtualService, _routes),
    each(DestinationRule, _policies),
    each(RequestAuthentication, _tokens),
)


def _reported(one: Subject[MeshObject], found: Iterable[tuple[Path, str]]) -> Iterator[Finding]:
    for path, instead in found:
        old = "LEAST_CONN" if instead == "LEAST_REQUEST" else path[-1]
        text = f"`{old}` is an old spelling; write `{instead}` instead"
        yield report(istiorules.DEPRECATED_FIELD, one, path, text)


def _set(path: Path, model: Model | None, *olds: _Old) -> Iterator[tuple[Path, str]]:
    for attribute, name, instead in olds:
        if model is not None and getattr(model, attribute) not in (None, (), ""):
            yield (*path, name), instead


def _of_rule(path: Path, rule: HTTPRoute) -> Iterator[tuple[Path, str]]:
    yield from _set(path, rule, *_RULE)
    cors: _Old = ("allow_origin", "allowOrigin", "allowOrigins")
    yield from _set((*path, "corsPolicy"), rule.cors_policy, cors)
    delay = rule.fault.delay if rule.fault else None
    yield from _set((*path, "fault", "delay"), delay, ("percent", "percent", "percentage.value"))


def _of_policies(obj: DestinationRule) -> Iterator[tuple[Path, str]]:
    for path, policy in policies_of(obj):
        yield from _of_port(path, policy.load_balancer, policy.outlier_detection)
        for index, port in enumerate(policy.port_level_settings):
            here = (*path, "portLevelSettings", index)
            yield from _of_port(here, port.load_balancer, port.outlier_detection)


def _of_port(
    path: Path, balancer: LoadBalancer | None, outliers: OutlierDetection | None
) -> Iterator[tuple[Path, str]]:
    here = (*path, "loadBalancer")
    warmup: _Old = ("warmup_duration_secs", "warmupDurationSecs", "warmup.duration")
    yield from _set(here, balancer, warmup)
    if balancer is not None:
        if balancer.simple == "LEAST_CONN":
            yield (*here, "simple"), "LEAST_REQUEST"
        size: _Old = ("minimum_ring_size", "minimumRingSize", "ringHash.minimumRingSize")
        yield from _set((*here, "consistentHash"), balancer.consistent_hash, size)
    errors: _Old = ("consecutive_errors", "consecutiveErrors", "consecutive5xxErrors")
    yield from _set((*path, "outlierDetection"), outliers, errors)
