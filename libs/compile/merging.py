"""VirtualServices of several owners for one host, joined at sidecars as they are at gateways.

Istio lets the oldest one have a host at sidecars. A mesh that wants them joined sets the proxies'
variable `PERIPLUS_MERGE_VIRTUAL_SERVICES` to `true`, under `defaultConfig.proxyMetadata`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from libs.compile.rules import RouteRules, completed
from libs.envoy.matchers import matches_everything, path
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.virtualservice import HTTPMatchRequest, HTTPRoute

OPTION: Final = "PERIPLUS_MERGE_VIRTUAL_SERVICES"


def merges(mesh: MeshSettings) -> bool:
    """Say whether the mesh wants rules for one host to be joined."""
    config = mesh.default_config
    return config is not None and config.proxy_metadata.get(OPTION) == "true"


def merged_by_host(rules: Sequence[RouteRules], domain: str) -> tuple[RouteRules, ...]:
    """Join rules for the same host in their order; what takes everything comes last.

    Hosts with the same owners stay together.
    """
    owners: dict[str, list[int]] = {}
    for at, one in enumerate(rules):
        for host in one.hosts:
            owners.setdefault(host, []).append(at)
    hosts: dict[tuple[int, ...], list[str]] = {}
    for host, several in owners.items():
        hosts.setdefault(tuple(several), []).append(host)
    return tuple(
        _joined([rules[at] for at in members], tuple(named), domain)
        for members, named in hosts.items()
    )


def _joined(members: Sequence[RouteRules], hosts: tuple[str, ...], domain: str) -> RouteRules:
    first = members[0]
    shape = replace(first.shape, hosts=hosts)
    if len(members) == 1:
        return replace(first, shape=shape, hosts=hosts) if hosts != first.hosts else first
    name = "+".join(f"{one.namespace}.{one.key.name}" for one in members)
    sources = tuple(dict.fromkeys(source for one in members for source in one.shape.sources))
    return replace(
        first,
        key=replace(first.key, name=name),
        shape=replace(shape, name=f"{first.namespace}/{name}", sources=sources),
        hosts=hosts,
        http=tuple(_ordered(_rules(members, domain))),
        tls=tuple(one for each in members for one in each.tls),
        tcp=tuple(one for each in members for one in each.tcp),
        delegates=sources,
        problems=tuple(one for each in members for one in each.problems),
        destinations=frozenset().union(*(one.destinations for one in members)),
    )


def _rules(members: Iterable[RouteRules], domain: str) -> Iterator[HTTPRoute]:
    """Yield the rules with the names that they have by their own namespaces."""
    for one in members:
        for rule in one.http:
            yield completed(rule, one.namespace, domain)


def _ordered(rules: Iterable[HTTPRoute]) -> Iterator[HTTPRoute]:
    """Put what takes everything behind all others; a rule may have alternatives of both sorts."""
    last: list[HTTPRoute] = []
    for rule in rules:
        narrow = tuple(one for one in rule.match if not _takes_everything(one))
        if narrow:
            yield rule.model_copy(update={"match": narrow})
        wide = tuple(one for one in rule.match if _takes_everything(one))
        if wide or not rule.match:
            last.append(rule.model_copy(update={"match": wide}))
    yield from last


def _takes_everything(match: HTTPMatchRequest) -> bool:
    conditions = (match.headers, match.without_headers, match.query_params)
    pseudo = (match.scheme, match.method, match.authority)
    return matches_everything(path(match.uri)) and not any((*conditions, *pseudo))
