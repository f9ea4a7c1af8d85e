"""What a check sees of one cluster. Each answer is noted: it is asked again once it is another."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from libs.compile.hosts import fqdn
from libs.compile.policies import Policy
from libs.compile.world import World, build_world
from libs.desired.fleetview import FleetView
from libs.desired.rendering import Rendering
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.messages import Level
from libs.lint.answers import Answers
from libs.lint.facts import Facts
from libs.lint.hostpolicies import policies_of
from libs.lint.hostservices import all_hosts, endpoints_of, exact_service, service_of
from libs.lint.index import COMPLETE, Index
from libs.lint.nearness import by_first_label, nearest
from libs.lint.subject import Subject
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parsed import ParsedObject
from libs.registry.build import DEFAULT_DOMAIN
from libs.registry.service import Endpoint, Service

Kind = TypeVar("Kind", bound=MeshObject)
Argument = TypeVar("Argument", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, eq=False)
class ClusterView:
    """One cluster of a fleet at one moment. Checks read it through its methods only."""

    name: ClusterName
    answers: Answers

    @property
    def domain(self) -> str:
        """The mesh's DNS domain."""
        return self.answers.domain

    @property
    def settings(self) -> MeshSettings:
        """The mesh's settings."""
        return self.answers.settings

    def find(self, index: Index[Kind], key: Hashable) -> Sequence[Subject[Kind]]:
        """Return the objects under a key of an index, the oldest first."""
        return self.answers.find(index, key)

    def of(self, kind: type[Kind]) -> Sequence[Subject[Kind]]:
        """Return all objects of a kind, the oldest first.

        Whoever asks this is asked again after every change of such an object: prefer `find`.
        """
        return self.answers.of(kind)

    def keys(self, index: Index[Any]) -> frozenset[Any]:
        """Return the keys under which an index has an object."""
        return self.answers.keys(index)

    def has(self, index: Index[Any], key: Hashable) -> bool:
        """Say whether there is an object under a key, whatever it says."""
        return self.answers.has(index, key)

    def derive(self, make: Callable[[Answers, Argument], Value], argument: Argument) -> Value:
        """Return what a function of a module makes of the cluster and an argument; made once."""
        return self.answers.derive(make, argument)

    def service(self, host: str) -> Service | None:
        """Return the service of a full host name; one for a wildcard serves every name in it."""
        return self.derive(service_of, host)

    def endpoints(self, host: str) -> Sequence[Endpoint]:
        """Return the endpoints of the service that has exactly this name."""
        return self.derive(endpoints_of, host)

    def has_service(self, host: str) -> bool:
        """Say whether a service has exactly this name."""
        return self.derive(exact_service, host) is not None

    def hosts(self) -> frozenset[str]:
        """Return the names of all services. Only for hints: it depends on every name."""
        return all_hosts(self.answers)

    def policies(self, host: str, service_namespace: str, namespace: str) -> Sequence[Policy]:
        """Return the policies among which a caller of `namespace` has its own by its labels."""
        return self.derive(policies_of, (host, service_namespace, namespace))

    def absence(self) -> Level:
        """Return how bad it is that something of the mesh is not in the repository.

        What a static cluster's repository does not say does not exist. Another cluster may have
        services that nobody told us.
        """
        return Level.ERROR if self.answers.is_so(COMPLETE) else Level.WARNING

    @property
    def world(self) -> World:
        """All objects as the compiler indexes them. It depends on everything: prefer `find`."""
        objects = ((one.object, one.parsed.origin) for one in self.of(MeshObject))
        return build_world(objects, self.name, self.settings)


def is_complete(name: ClusterName, view: FleetView) -> bool:
    """Say whether what the repository does not say of a cluster does not exist."""
    return view.clusters[name].spec.connection.static is not None


def cluster_view(
    name: ClusterName, view: FleetView, contents: Mapping[SetName, Sequence[ParsedObject]]
) -> ClusterView:
    """Return a cluster by itself, with what it gets."""
    facts = Facts(DEFAULT_DOMAIN)
    here = frozenset({name})
    placed = Rendering(view, contents).cluster(name).objects
    facts.change((), [Subject(one.item.object, one.item, one.set, here) for one in placed])
    return view_over(name, view, facts)


def view_over(name: ClusterName, view: FleetView, facts: Facts) -> ClusterView:
    """Return a cluster of a fleet whose objects are all in `facts`."""
    answers = Answers(name, facts, view.fleet.spec.mesh, {COMPLETE: is_complete(name, view)})
    return ClusterView(name, answers)


def nearest_host(view: ClusterView, written: str, namespace: str) -> str | None:
    """Return the service that a host was probably meant to be, short where a short one will do.

    The first label has to be near by itself: what hosts share by their domain counts for nothing.
    """
    known = view.hosts()
    if f"{written}.svc.{view.domain}" in known:
        return f"{written}.svc.{view.domain}"
    host = fqdn(written, namespace, view.domain)
    label, _, rest = host.partition(".")
    labels, hosts = by_first_label(known)
    near = nearest(label, labels)
    namesakes = hosts.get(near, ()) if near is not None else ()
    if near is not None and written != host and f"{near}.{rest}" in namesakes:
        return near
    return nearest(host, namesakes)
