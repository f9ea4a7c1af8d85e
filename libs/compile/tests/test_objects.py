"""What a change of objects means."""

import pytest

from libs.compile.objects import Objects
from libs.compile.tests.worlds import istio, service
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parse import parse_file
from libs.meshapi.virtualservice import VirtualService

ROUTES = "{hosts: [a], http: [{route: [{destination: {host: a}}]}]}"


def _objects(text: str) -> list[MeshObject]:
    return [one.object for one in parse_file("f.yaml", text.encode()).objects]


def _one(text: str) -> MeshObject:
    (found,) = _objects(text)
    return found


@pytest.mark.parametrize(
    ("metadata", "means_another"),
    [
        pytest.param(", labels: {a: b}", False, id="a label"),
        pytest.param(", annotations: {a: b}", False, id="an annotation"),
        pytest.param(", annotations: {periplus.io/priority: '1'}", True, id="its place in order"),
    ],
)
def test_a_virtual_service_means_what_its_spec_says(metadata: str, *, means_another: bool) -> None:
    """What nobody reads replaces nothing."""
    first = _one(istio("VirtualService", "v", ROUTES))
    objects, _ = Objects().changed((), [first])
    other = _one(istio("VirtualService", "v", ROUTES, metadata))
    now, difference = objects.changed((), [other])
    assert bool(difference.new) is means_another
    assert (now is objects) is not means_another
    assert now.of(VirtualService)[first.key] is (other if means_another else first)


def test_an_object_that_goes_and_comes_back_the_same_did_neither() -> None:
    """As when a file is renamed."""
    one = _one(service("web"))
    objects, _ = Objects().changed((), [one])
    now, difference = objects.changed([one.key], [_one(service("web"))])
    assert now is objects
    assert not difference.gone


def test_of_two_with_one_key_the_later_counts() -> None:
    """Wherever they come from."""
    texts = (service("web"), service("web", "{name: tcp, port: 81}"))
    (_, later) = several = [_one(text) for text in texts]
    _, difference = Objects().changed((), several)
    assert list(difference.new.values()) == [later]


def test_what_is_not_there_cannot_go() -> None:
    """An unknown key is passed over."""
    objects, difference = Objects().changed([_one(service("web")).key], ())
    assert objects == Objects()
    assert not difference.gone
