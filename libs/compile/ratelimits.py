"""RateLimits as filters of a connection manager, one for each limit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.compile.attaching import reaching, selected
from libs.compile.hosts import fqdn
from libs.compile.proxy import Proxy
from libs.compile.requestmatches import conditions, header_is, parameter_is
from libs.envoy import localratelimit
from libs.envoy.localratelimit import Action, Bucket, Counted
from libs.kernel.origins import ObjectKey
from libs.meshapi.ratelimit import CountedBy, Limit, Rate, RateLimit, RateOverride
from libs.registry.build import Registry

_ADDRESS = "remote_address"
_IF, _RATE = "if", "rate"


@dataclass(frozen=True, slots=True)
class PortLimits:
    """The limits of one object for a proxy; `ports` None means every port."""

    key: ObjectKey
    ports: frozenset[int] | None
    filters: tuple[hcm_pb2.HttpFilter, ...]


def limits_for(
    objects: Iterable[RateLimit], proxy: Proxy, root: str, registry: Registry
) -> tuple[PortLimits, ...]:
    """Return what limits the calls that a proxy takes in, in the order that counts."""
    found = []
    for one in reaching(objects, proxy, root):
        ports = _ports(one, proxy, registry)
        if ports is None or ports:
            filters = tuple(_filter(one, limit) for limit in one.spec.limits)
            found.append(PortLimits(one.key, ports, filters))
    return tuple(found)


def _ports(one: RateLimit, proxy: Proxy, registry: Registry) -> frozenset[int] | None:
    """Return the ports that an object limits; none at all where it is not for the proxy."""
    stated = frozenset(one.spec.ports) or None
    if not one.spec.services:
        labels = one.spec.selector.match_labels if one.spec.selector else {}
        return stated if selected(proxy, labels, (), one.namespace) else frozenset()
    hosts = {fqdn(name, one.namespace, registry.domain) for name in one.spec.services}
    served = registry.instances_of(proxy.ips, proxy.namespace, proxy.labels)
    mine = frozenset(each.number for each in served if each.service.hostname in hosts)
    return mine & stated if stated else mine


def _filter(one: RateLimit, limit: Limit) -> hcm_pb2.HttpFilter:
    wanted = conditions(limit.match)
    plain = not (wanted or limit.by)
    settings = localratelimit.Settings(
        bucket=_bucket(limit) if plain else None,
        counted=() if plain else tuple(_counted(limit, wanted)),
        values_max=limit.values_max,
        status=limit.response.status,
        headers=limit.response.headers,
        percent=limit.percent,
        enforced=not limit.dry_run,
        per_connection=limit.per_connection,
        report=limit.report,
    )
    name = f"{one.namespace}.{one.metadata.name}.{limit.name}"
    return localratelimit.http_filter(name, settings)


def _bucket(rate: Rate) -> Bucket:
    return Bucket(rate.burst or rate.requests, rate.requests, rate.per)


def _counted(limit: Limit, wanted: Sequence[rc.HeaderMatcher]) -> Iterator[Counted]:
    """Yield an entry for each override, and for all others; none of them fits with another.

    Parts with a default are asked for twice: there, or missing.
    """
    choices = [(True, False) if part.default is not None else (True,) for part in limit.by]
    for there in product(*choices):
        parts = list(zip(limit.by, there, strict=True))
        earlier: list[list[rc.HeaderMatcher] | None] = []
        for number, override in enumerate(limit.overrides):
            own = _override(override, parts)
            if own is not None:
                yield _entry((number, override), [*wanted, *own], earlier, parts)
            earlier.append(own)
            if own is not None and not own:
                break  # nothing is left to ask: all that has the default is this override's
        else:
            yield _entry((len(limit.overrides), limit), wanted, earlier, parts)


_Part = tuple[CountedBy, bool]


def _override(override: RateOverride, parts: Sequence[_Part]) -> list[rc.HeaderMatcher] | None:
    """Return when an override fits; None where it never does."""
    found: list[rc.HeaderMatcher] = []
    for part, there in parts:
        value = override.values.get(part.name)
        if value is None:
            continue
        if not there and part.default != value:
            return None
        if there and part.header is not None:
            found.append(header_is(part.header, value))
        elif there and part.query_parameter is not None:
            found.append(parameter_is(part.query_parameter, value))
    return found


def _entry(
    rate: tuple[int, Rate],
    wanted: Sequence[rc.HeaderMatcher],
    earlier: Sequence[Sequence[rc.HeaderMatcher] | None],
    parts: Sequence[_Part],
) -> Counted:
    """Count where `wanted` holds and nothing of `earlier` does.

    What cannot be asked holds its place, so that equal values share a bucket.
    """
    number, values = rate
    key = Action.GenericKey(descriptor_key=_RATE, descriptor_value=f"{number}")
    actions = [Action(generic_key=key)]
    actions.append(_asked(wanted, holds=True))
    actions += [_asked(one or (), holds=False) for one in earlier]
    entries = [(_RATE, f"{number}"), *[(_IF, "true")] * (len(actions) - 1)]
    for part, there in parts:
        actions += _named(part) if there else _missing(part)
        entries.append((_ADDRESS if part.source_address else part.name, ""))
    return Counted(tuple(actions), tuple(entries), _bucket(values))


def _asked(matchers: Sequence[rc.HeaderMatcher], *, holds: bool) -> Action:
    if not matchers:
        return Action(generic_key=Action.GenericKey(descriptor_key=_IF, descriptor_value="true"))
    result = Action.HeaderValueMatch(descriptor_key=_IF, descriptor_value="true", headers=matchers)
    result.expect_match.value = holds
    return Action(header_value_match=result)


def _named(part: CountedBy) -> list[Action]:
    if part.header is not None:
        named = Action.RequestHeaders(header_name=part.header, descriptor_key=part.name)
        return [Action(request_headers=named)]
    if part.query_parameter is not None:
        parameter = Action.QueryParameters(
            query_parameter_name=part.query_parameter, descriptor_key=part.name
        )
        return [Action(query_parameters=parameter)]
    return [Action(remote_address=Action.RemoteAddress())]


def _missing(part: CountedBy) -> list[Action]:
    """Count under the default where the part is not there."""
    if part.header is not None:
        header = Action.HeaderValueMatch(
            descriptor_key=part.name,
            descriptor_value=part.default or "",
            headers=[rc.HeaderMatcher(name=part.header, present_match=True)],
        )
        header.expect_match.value = False
        return [Action(header_value_match=header)]
    parameter = Action.QueryParameterValueMatch(
        descriptor_key=part.name,
        descriptor_value=part.default or "",
        query_parameters=[
            rc.QueryParameterMatcher(name=part.query_parameter or "", present_match=True)
        ],
    )
    parameter.expect_match.value = False
    return [Action(query_parameter_value_match=parameter)]
