"""The names that a sidecar answers for itself, where the workload's questions come to it.

So a workload finds services that no other name server knows: those of other clusters, and
ServiceEntries at addresses that were allocated for them.
"""

from collections.abc import Iterator, Sequence

from libs.compile.hosts import short_names
from libs.compile.parts import Built, built
from libs.compile.proxy import DNS_METADATA_KEYS, Proxy
from libs.compile.serviceaddresses import Allocated, addresses_of, allocations, endpoints_of
from libs.compile.slots import LOOPBACK
from libs.compile.view import View, node
from libs.envoy import dns, names
from libs.kernel import xds
from libs.registry.hostnames import ANY
from libs.registry.service import Service

PORT = 15053
"""Where questions are redirected to, as Istio has it."""

_OTHER_AGENT = "ISTIO_VERSION"
"""What Istio's own agent says of itself, which answers at that port."""


def answers_names(proxy: Proxy) -> bool:
    """Say whether a workload's questions for names come to its proxy."""
    capture = proxy.metadata.get(DNS_METADATA_KEYS[0]) == "true"
    return capture and proxy.intercepts and _OTHER_AGENT not in proxy.metadata


@node(lambda _: None)
def name_listener(view: View, services: tuple[Service, ...]) -> Built:
    """Return the listener that answers for services; others are asked for all other names."""
    given = allocations(view)
    found = {name: known for one in services for name, known in _answers(view, one, given)}
    name = names.listener(LOOPBACK, PORT)
    ordered = {host: found[host] for host in sorted(found)}
    return built(xds.LISTENER, name, dns.name_server(name, LOOPBACK, PORT, ordered))


def _answers(view: View, service: Service, given: Allocated) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the names of a service with its addresses.

    One without any is for others to answer, and so is whatever no address is known of.
    """
    known = addresses_of(service, given) or endpoints_of(view, service)
    if known and service.hostname != ANY:
        for name in (service.hostname, *short_names(service.hostname, view.proxy.dns_domain)):
            yield name, known
