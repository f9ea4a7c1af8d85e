"""What checking says with the facts of clusters, beside what it says without them."""

from libs.desired.directory import contents_from_files
from libs.desired.facts import facts_in
from libs.kernel.ids import ClusterName
from libs.kernel.messages import Level
from libs.lint.check import check
from libs.lint.withfacts import usable

EAST = ClusterName("east")
_FLEET = """apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: f}
spec: {sets: [{name: all, paths: [configs]}]}
"""
_CLUSTER = """apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: east}
spec: {connection: {context: east}}
"""
_RULE = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a, namespace: shop}
spec: {hosts: [api], http: [{route: [{destination: {host: %s}}]}]}
"""
_SERVICE = """---
apiVersion: v1
kind: Service
metadata: {name: %s, namespace: shop}
spec: {ports: [{name: %s, port: 80}]}
"""
_STRICT = """apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
"""
_PLAIN = """---
apiVersion: v1
kind: Namespace
metadata: {name: legacy, labels: {istio-injection: disabled}}
---
apiVersion: v1
kind: Pod
metadata: {name: cron-1, namespace: legacy}
spec: {containers: [{name: cron}]}
"""


def said(config: str, facts: str) -> list[tuple[Level, str]]:
    """Return what checking says of a fleet of one cluster, with its code and object."""
    files = {
        "fleet.yaml": _FLEET,
        "clusters/east/cluster.yaml": _CLUSTER,
        "clusters/east/facts.yaml": facts,
        "configs/a.yaml": config,
    }
    tree = {path: text.encode() for path, text in files.items() if text}
    view, contents, _ = contents_from_files(tree)
    found = check(view, contents, facts_in(tree))
    return [(one.level, f"{one.code} {one.object}: {one.text}") for one in found]


def test_a_service_that_only_the_cluster_has_is_known() -> None:
    """Without facts it is a doubt, with them it is there, and one they lack is still a doubt."""
    api = _SERVICE % ("api", "http")
    ((level, text),) = said(_RULE % "web", "---" + api)
    assert level is Level.WARNING
    assert "IST0101" in text
    assert said(_RULE % "web", api + _SERVICE % ("web", "http")) == []


def test_nothing_is_said_of_what_nobody_wrote() -> None:
    """A port of the cluster's own service has a name that says no protocol."""
    assert said(_RULE % "api", _SERVICE % ("api", "odd")) == []
    assert "IST0118" in said(_SERVICE % ("api", "odd"), _SERVICE % ("web", "odd"))[0][1]


def test_a_plain_client_is_named_from_the_facts() -> None:
    """Its Pod is described nowhere else."""
    assert said(_STRICT, "") == []
    ((level, text),) = said(_STRICT, _PLAIN)
    assert level is Level.WARNING
    assert text.startswith("PER0313 PeerAuthentication istio-system/default: ")
    assert "Pod legacy/cron-1" in text


def test_facts_refuse_nothing() -> None:
    """What is an error only by what was seen is a warning, and other errors stay what they are."""
    twice = _RULE % "api" + "---\n" + _RULE.replace("name: a,", "name: b,") % "api"
    plain, seen = said(twice, ""), said(twice, _SERVICE % ("api", "http"))
    errors = [text for level, text in plain if level is Level.ERROR]
    assert errors
    assert [text for level, text in seen if level is Level.ERROR] == errors


def test_facts_that_cannot_be_read_count_for_nothing() -> None:
    """They are as if they were not there."""
    files = facts_in({"clusters/east/facts.yaml": b"kind: ["})
    assert usable(files, [EAST, ClusterName("west")]) == {}
