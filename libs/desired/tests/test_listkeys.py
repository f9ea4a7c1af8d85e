"""Which lists have keys."""

from libs.desired.listkeys import EXCEPTIONS, Key, item_at, keys_of
from libs.meshapi import kinds
from libs.meshapi.base import Model
from libs.meshapi.destinationrule import DestinationRule, Subset
from libs.meshapi.gateway import Server
from libs.meshapi.gatewayapi.httproute import HTTPBackend
from libs.meshapi.pod import Container, ContainerPort
from libs.meshapi.service import ServicePort
from libs.meshapi.sidecar import EgressListener
from libs.meshapi.virtualservice import HTTPMatchRequest, HTTPRoute, HTTPRouteDestination, TCPRoute


def test_the_lists_that_people_patch_have_the_keys_that_they_expect() -> None:
    """Names first, then numbers of ports; a reference is all of itself."""
    expected: dict[type[Model], tuple[Key, ...]] = {
        HTTPRoute: (("name",),),
        HTTPRouteDestination: (("destination",),),
        HTTPMatchRequest: (),
        Subset: (("name",),),
        Server: (("name",), ("port.number",)),
        ServicePort: (("name",), ("port",)),
        EgressListener: (("port.number",),),
        Container: (("name",),),
        ContainerPort: (("name",), ("containerPort",)),
        HTTPBackend: (("group", "kind", "namespace", "name", "port"),),
        TCPRoute: (),
    }
    assert {item: keys_of(item) for item in expected} == expected


def test_a_field_is_found_by_the_name_that_users_write() -> None:
    """Also inside of maps; an unknown one is nothing."""
    spec = item_at(DestinationRule, "spec")[0]
    assert item_at(spec, "subsets")[1] is Subset
    labels = item_at(Subset, "labels")[0]
    assert item_at(labels, "any") == (str, None)
    assert item_at(spec, "subset") == (None, None)


def test_exceptions_are_items_of_lists_of_some_kind() -> None:
    """One that is left over would say something about nothing."""
    reachable: set[type[Model]] = set()
    waiting: list[object] = list(kinds.MODELS)
    while waiting:
        model = waiting.pop()
        if not (isinstance(model, type) and issubclass(model, Model)) or model in reachable:
            continue
        reachable.add(model)
        for name in model.model_fields:
            found, item = item_at(model, model.model_fields[name].alias or name)
            waiting += [found, item]
    assert set(EXCEPTIONS) <= reachable
