"""Tests of the form in which objects are applied."""

from libs.desired.members import PlacedObject
from libs.kernel.ids import SetName
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedObject
from libs.planning.manifests import OWNER, manifests

SHOP = SetName("shop")
TEXT = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: b, annotations: {periplus.io/owner: somebody/else, periplus.io/wave: '3'}}
---
apiVersion: example.com/v1
kind: Fleetwide
metadata: {name: a}
---
apiVersion: periplus.io/v1alpha1
kind: RateLimit
metadata: {name: r}
spec: {}
"""


def placed(text: str) -> list[PlacedObject[ParsedObject]]:
    """Return the objects of a file as those of a set."""
    return [PlacedObject(one, SHOP) for one in parse_file("a.yaml", text.encode()).objects]


def test_nobody_but_us_says_who_owns_an_object() -> None:
    """What git writes into the annotation is overwritten; the wave is read."""
    found = {one.key.kind: one for one in manifests(placed(TEXT), "example")}
    assert found["ConfigMap"].annotations[OWNER] == "example/shop"
    assert found["ConfigMap"].wave == 3
    assert "RateLimit" not in found


def test_a_kind_without_namespaces_gets_none() -> None:
    """The server knows best; without its word a kind lives in a namespace."""
    said = {
        one.key.kind: one for one in manifests(placed(TEXT), "f", [("example.com", "Fleetwide")])
    }
    assert said["Fleetwide"].key.namespace == ""
    assert "namespace" not in said["Fleetwide"].body["metadata"]
    unsaid = {one.key.kind: one for one in manifests(placed(TEXT), "f")}
    assert unsaid["Fleetwide"].body["metadata"]["namespace"] == "default"


def test_a_definition_in_git_says_where_its_kind_lives() -> None:
    """So a kind and its objects can come in one commit."""
    crd = """\
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: fleetwides.example.com}
spec: {group: example.com, scope: Cluster, names: {kind: Fleetwide}}
"""
    found = {one.key.kind: one for one in manifests(placed(TEXT + crd), "f")}
    assert found["Fleetwide"].key.namespace == ""


def test_equal_objects_have_equal_hashes() -> None:
    """The order of fields is no matter, the set is."""
    one = manifests(placed("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {}}"), "f")
    two = manifests(placed("{metadata: {name: a}, data: {}, kind: ConfigMap, apiVersion: v1}"), "f")
    other = manifests(placed("{kind: ConfigMap, apiVersion: v1, metadata: {name: a}}"), "g")
    assert one[0].hash == two[0].hash
    assert one[0].hash != other[0].hash


def test_what_is_known_of_a_workloads_health_is_not_applied() -> None:
    """Its agent writes that; applying it would fight with the agent."""
    text = """\
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: box}
spec: {address: 10.0.0.1}
status: {conditions: [{type: Healthy, status: "True"}]}
"""
    (made,) = manifests(placed(text), "fleet")
    assert "status" not in made.body
    assert made.body["spec"] == {"address": "10.0.0.1"}


def test_texts_of_a_secret_are_applied_as_the_server_keeps_them() -> None:
    """A text wins over data of its name, as it does on the server."""
    text = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
        "data: {a: b2xk, b: a2VwdA==}\nstringData: {a: new}\n"
    )
    (found,) = manifests(placed(text), "example")
    assert found.body["data"] == {"a": "bmV3", "b": "a2VwdA=="}
    assert "stringData" not in found.body
