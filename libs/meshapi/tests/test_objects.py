"""Stored objects mean what the parsed ones meant, and equal meaning has equal bytes."""

from pathlib import Path

import orjson
import pytest
from pydantic import ValidationError

from libs.kernel.origins import ObjectKey
from libs.kernel.revisions import StoredObject
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.objects import from_stored, to_stored
from libs.meshapi.parse import parse_file
from libs.meshapi.tests.casefiles import CASES
from libs.meshapi.virtualservice import VirtualService

TEXT = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a, labels: {x: "1", b: "2"}}
spec:
  hosts: [a]
  http:
  - timeout: 90s
    route: [{destination: {host: a}, headers: {request: {set: {b: "1", a: "2"}}}}]
"""


def _only(text: str) -> MeshObject:
    (parsed,) = parse_file("x.yaml", text.encode()).objects
    return parsed.object


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_object_of_the_cases_comes_back_exactly(case: Path) -> None:
    """Reading the stored form gives an equal object of the same kind, and the same form again."""
    for parsed in parse_file(case.name, case.read_bytes()).objects:
        stored = to_stored(parsed.object)
        again = from_stored(stored)
        assert type(again) is type(parsed.object)
        assert again == parsed.object
        assert to_stored(again) == stored


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('x: "1", b: "2"', 'b: "2", x: "1"', id="order of labels"),
        pytest.param('b: "1", a: "2"', 'a: "2", b: "1"', id="order of headers"),
        pytest.param("hosts: [a]", "hosts: [a]  # text", id="comment"),
        pytest.param("90s", "1m30s", id="other writing of a duration"),
        pytest.param("  hosts: [a]", "  gateways: [mesh]\n  hosts: [a]", id="explicit default"),
        pytest.param("  hosts: [a]", "  gateways: []\n  tls: []\n  hosts: [a]", id="empty lists"),
        pytest.param("name: a,", "name: a, namespace: default,", id="explicit namespace"),
        pytest.param("name: a,", "name: a, uid: 1a, generation: 2,", id="fields of the server"),
        pytest.param("\nspec:", "\nstatus: {observedGeneration: 1}\nspec:", id="status"),
    ],
)
def test_equal_meaning_has_equal_bytes(old: str, new: str) -> None:
    """What changes no behaviour changes neither body nor hash."""
    assert old in TEXT
    assert to_stored(_only(TEXT.replace(old, new))) == to_stored(_only(TEXT))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("90s", "91s", id="duration"),
        pytest.param("hosts: [a]", "hosts: [a, b]", id="host"),
        pytest.param("name: a,", "name: b,", id="name"),
        pytest.param("name: a,", "name: a, namespace: b,", id="namespace"),
        pytest.param("istio.io/v1", "istio.io/v1beta1", id="version"),
    ],
)
def test_another_content_has_another_hash(old: str, new: str) -> None:
    """Every word of an object counts."""
    assert to_stored(_only(TEXT.replace(old, new))).hash != to_stored(_only(TEXT)).hash


def test_a_hash_is_32_hexadecimal_digits_over_the_body() -> None:
    """The length is what stores and manifests rely on."""
    stored = to_stored(_only(TEXT))
    assert len(stored.hash) == 32
    assert int(stored.hash, 16) >= 0


def test_the_version_is_no_part_of_the_key() -> None:
    """Two served versions of one object are one object."""
    old = _only(TEXT.replace("istio.io/v1", "istio.io/v1alpha3"))
    assert old.key == _only(TEXT).key
    assert old.key == ObjectKey("networking.istio.io", "VirtualService", "default", "a")


def test_a_body_of_unknown_form_is_refused() -> None:
    """What no release wrote is an error that says so, not an object."""
    stored = to_stored(_only(TEXT))
    with pytest.raises(ValueError, match="unknown"):
        from_stored(StoredObject(stored.hash, stored.key, b'{"unknown": 1}'))


def test_an_object_cannot_be_changed() -> None:
    """A field that is assigned to says that the object is frozen."""
    obj = _only(TEXT)
    assert isinstance(obj, VirtualService)
    with pytest.raises(ValidationError, match="frozen"):
        obj.spec.hosts = ("b",)  # type: ignore[misc]


def test_maps_iterate_in_one_order() -> None:
    """Whatever the order of the text, names come sorted, so that what is made of them is stable."""
    obj = _only(TEXT)
    assert list(obj.metadata.labels) == ["b", "x"]
    assert orjson.loads(to_stored(obj).body)["metadata"]["labels"] == {"b": "2", "x": "1"}
