"""Destinations of a RouteRule as a VirtualService writes them: a host, and labels as a subset."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from libs.meshapi.dialects.istioservice import IstioService, host_of, written
from libs.meshapi.dialects.routerule import DestinationWeight, RouteRule
from libs.meshapi.dialects.run import Old, Run
from libs.meshapi.virtualservice import Destination, HTTPRouteDestination

_ALL_OF_IT = (DestinationWeight(),)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes for a VirtualService of `namespace`."""

    old: Old[RouteRule]
    namespace: str
    run: Run

    def destination(self, service: IstioService, labels: Mapping[str, str]) -> Destination:
        """Return the destination of a service's instances with these labels."""
        domain = self.run.context.domain
        host = host_of(service, self.old.namespace, domain)
        return Destination(
            host=written(host, self.namespace, domain),
            subset=self.run.subsets.name(host, {**service.labels, **labels}),
        )

    def shares(self) -> tuple[HTTPRouteDestination, ...]:
        """Return the shares; a rule that names none keeps all calls with its own destination."""
        spec = self.old.object.spec
        shares = spec.route or _ALL_OF_IT
        return tuple(
            HTTPRouteDestination(
                destination=self.destination(one.destination or spec.destination, one.labels),
                weight=one.weight if len(shares) > 1 else 0,
            )
            for one in shares
        )


def labelled(old: Old[RouteRule], domain: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Return every host that a rule sends calls to, with the labels that it narrows it to."""
    spec = old.object.spec
    for one in spec.route:
        service = one.destination or spec.destination
        yield host_of(service, old.namespace, domain), {**service.labels, **one.labels}
    if spec.mirror is not None:
        yield host_of(spec.mirror, old.namespace, domain), spec.mirror.labels
