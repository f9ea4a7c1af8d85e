"""What a round tells people on the objects, over a server in memory."""

from typing import Any

from libs.fakes.kubecluster import FakeKubeCluster
from libs.kernel.ids import ClusterName
from libs.kernel.origins import ObjectKey
from libs.planning.telling import CONDITION
from libs.ports.kubecluster import Apply
from services.reconciler.telling import AT_ONCE_MAX
from services.reconciler.tests.places import CLUSTER, Place, config_map

ROUTE = """\
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart}
spec:
  hosts: [cart]
  http: [{route: [{destination: {host: %s}}]}]
"""
ROUTE_KEY = ObjectKey("networking.istio.io", "VirtualService", "default", "cart")


def told(place: Place) -> list[tuple[str, str]]:
    """Return reason and name of the object of all Events, in the order in which they came."""
    found = [one.body for key, one in place.server.objects.items() if key.kind == "Event"]
    return [(one["reason"], one["regarding"]["name"]) for one in found]


def contend(place: Place, host: str) -> None:
    """Let another manager own the route's hosts."""
    other = FakeKubeCluster(place.server, ClusterName("x"), manager="other-tool")
    body: dict[str, Any] = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "cart", "namespace": "default"},
    }
    other.write([Apply({**body, "spec": {"hosts": [host]}} if host else body)])


def conditions(place: Place) -> list[tuple[str, str]]:
    """Return type and status of the conditions of the route."""
    status = place.server.objects[ROUTE_KEY].body.get("status", {})
    return [(one["type"], one["status"]) for one in status.get("conditions", ())]


def test_trouble_and_its_end_are_told_on_the_object() -> None:
    """One Event each and a condition, however often it is tried; a first success says nothing."""
    place = Place()
    place.commits.commit({"shop": config_map("a")})
    place.settle()
    contend(place, "elsewhere")
    place.commits.commit({"shop": config_map("a") + ROUTE % "v1"})
    place.settle()
    assert told(place) == [("ReconcileFailed", "cart")]
    place.clock.advance(100)
    place.round()
    assert told(place) == [("ReconcileFailed", "cart")]
    place.server.drop(ROUTE_KEY)
    place.clock.advance(100)
    place.round()
    assert told(place) == [("ReconcileFailed", "cart"), ("Reconciled", "cart")]


def test_a_condition_follows_the_object() -> None:
    """It becomes false with the trouble and true when that ends; our own write makes no work."""
    place = Place()
    place.commits.commit({"shop": ROUTE % "v1"})
    place.settle()
    assert conditions(place) == []
    contend(place, "cart")
    place.commits.commit({"shop": (ROUTE % "v2").replace("[cart]", "[other]")})
    place.settle()
    assert conditions(place) == [(CONDITION, "False")]
    contend(place, "")
    place.clock.advance(100)
    place.settle()
    assert conditions(place) == [(CONDITION, "True")]
    place.written()
    place.clock.advance(100)
    place.round()
    assert place.written() == []


def test_where_istiod_serves_the_status_is_its_own() -> None:
    """There are Events alone."""
    place = Place()
    place.commits.clusters = [CLUSTER.replace("spec: {", "spec: {dataPlane: istiod, ")]
    place.commits.commit({"shop": ROUTE % "v1"})
    place.settle()
    contend(place, "cart")
    place.commits.commit({"shop": (ROUTE % "v1").replace("[cart]", "[other]")})
    place.settle()
    assert told(place) == [("ReconcileFailed", "cart")]
    assert conditions(place) == []


def test_much_trouble_is_told_at_a_limited_pace() -> None:
    """The report has all of it; Events come up to a number, and more when time has passed."""
    place = Place()
    names = [f"m{number}" for number in range(AT_ONCE_MAX + 30)]
    place.cluster.forbidden.add(("patch", "", "ConfigMap"))
    place.commits.commit({"shop": "".join(map(config_map, names))})
    place.settle()
    assert len(told(place)) == min(AT_ONCE_MAX, len(names))


def test_nothing_is_told_where_everything_is_suspended() -> None:
    """Suspended means that nothing is written."""
    place = Place()
    place.commits.commit({"shop": config_map("a")})
    place.settle()
    place.commits.clusters = [CLUSTER.replace("spec: {", "spec: {suspend: true, ")]
    place.commits.commit({"shop": config_map("b")})
    place.settle()
    assert told(place) == []
