"""Reasons why a view must not be served: what Envoy would refuse, or would wait for without end."""

from collections.abc import Iterator, Mapping

from libs.envoy.claims import Claims, claims_of, together, twice
from libs.envoy.messages import Messages
from libs.kernel import xds
from libs.kernel.ids import ResourceName, TypeUrl

Named = Mapping[TypeUrl, Mapping[ResourceName, object]]


def inconsistencies(messages: Messages) -> tuple[str, ...]:
    """Return a sentence for each reason, none when the view can be served."""
    named: dict[TypeUrl, dict[ResourceName, object]] = {}
    for kind, name, message in messages.named():
        named.setdefault(kind, {})[name] = message
    claims = together(claims_of(message) for _, _, message in messages.named())
    return (
        *twice("resource", [f"{kind} {name}" for kind, name, _ in messages.named()]),
        *contradictions(claims, named),
    )


def contradictions(claims: Claims, there: Named) -> tuple[str, ...]:
    """Return a sentence for each claim that the resources of a view do not fulfil."""
    return (
        *twice("listener address", list(claims.addresses)),
        *claims.reasons,
        *_missing(claims.routes, there.get(xds.ROUTE, {}), "asks for route configuration"),
        *_missing(claims.clusters, there.get(xds.CLUSTER, {}), "names cluster"),
        *(
            f"{user} has no load assignment named {name}"
            for name, user in _absent(claims.assignments, there.get(xds.ENDPOINT, {}))
        ),
        *_missing(claims.secrets, there.get(xds.SECRET, {}), "waits for secret"),
    )


def _missing(
    needed: Mapping[str, str], there: Mapping[ResourceName, object], verb: str
) -> Iterator[str]:
    for name, user in _absent(needed, there):
        yield f"{user} {verb} {name}, which is not there"


def _absent(
    needed: Mapping[str, str], there: Mapping[ResourceName, object]
) -> Iterator[tuple[str, str]]:
    if needed.keys() <= there.keys():
        return
    yield from ((name, user) for name, user in needed.items() if name not in there)
