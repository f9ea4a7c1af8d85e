"""Differences over clusters and kinds of proxies."""

from libs.kernel.ids import ClusterName
from libs.routediff.fleet import Pair, fleet_difference
from libs.routediff.sights import Sight
from libs.routediff.tests.views import world_of

_SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: %s}
spec: {ports: [{name: http, port: 80}]}
---
"""
_RULE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: one}
spec: {hosts: [web], http: [{directResponse: {status: 418}}]}
"""


def _sight(text: str) -> Sight:
    return Sight(world_of(_SERVICE % "one" + _SERVICE % "two" + text))


def test_what_several_proxies_see_is_one_class() -> None:
    """Namespaces call a service by different short names; its full name is one."""
    (found,) = fleet_difference({ClusterName("a"): Pair(_sight(""), _sight(_RULE), 1)})
    (only,) = found.classes
    assert only.found.host == "web.one.svc.cluster.local"
    assert only.proxies == ("sidecars of one", "sidecars of two")


def test_clusters_that_differ_in_the_same_are_named_together() -> None:
    """Those that are alike are compared once, and others joined when they turn out equal."""
    alike = Pair(_sight(""), _sight(_RULE), 1)
    pairs = {
        ClusterName("a"): alike,
        ClusterName("b"): alike,
        ClusterName("c"): Pair(_sight(""), _sight(_RULE), 2),
        ClusterName("d"): Pair(_sight(""), _sight(""), 3),
    }
    found = fleet_difference(pairs)
    named = [(one.clusters, len(one.classes)) for one in found]
    assert named == [(("a", "b", "c"), 1), (("d",), 0)]


def test_a_view_that_cannot_be_compiled_is_not_decided() -> None:
    """The other side's answer is worth nothing alone."""
    broken = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: one}
spec: {hosts: [web], http: [{match: [{uri: {regex: "["}}], directResponse: {status: 418}}]}
"""
    (found,) = fleet_difference({ClusterName("a"): Pair(_sight(""), _sight(broken), 1)})
    assert found.classes == ()
    assert found.undecided
