"""Definitions are what an API server accepts and what the kinds are really called."""

import pytest

from libs.meshapi.kinds import VERSIONS
from libs.meshapi.meshobject import MeshObject
from tools.crds.definition import OWN_GROUP, defined_kinds, definition, names_of
from tools.crds.structural import faults

KINDS = defined_kinds()


@pytest.mark.parametrize("model", KINDS, ids=lambda model: f"{model.GROUP}.{model.__name__}")
def test_every_definition_is_structural(model: type[MeshObject]) -> None:
    """Every version has a type everywhere, no reference and nothing that is forbidden."""
    versions = definition(model)["spec"]["versions"]
    found = [fault for one in versions for fault in faults(one["schema"]["openAPIV3Schema"])]
    assert found == []


@pytest.mark.parametrize("model", KINDS, ids=lambda model: f"{model.GROUP}.{model.__name__}")
def test_every_served_version_is_there_and_one_is_stored(model: type[MeshObject]) -> None:
    """What is read from a repository can be applied to a cluster."""
    versions = definition(model)["spec"]["versions"]
    assert tuple(one["name"] for one in versions) == VERSIONS[model]
    assert [one["storage"] for one in versions].count(True) == 1


@pytest.mark.parametrize(
    ("kind", "plural"),
    [
        ("VirtualService", "virtualservices"),
        ("ServiceEntry", "serviceentries"),
        ("AuthorizationPolicy", "authorizationpolicies"),
        ("Telemetry", "telemetries"),
        ("GatewayClass", "gatewayclasses"),
        ("Gateway", "gateways"),
        ("BackendTLSPolicy", "backendtlspolicies"),
        ("Fleet", "fleets"),
    ],
)
def test_kinds_have_the_plurals_that_clusters_know(kind: str, plural: str) -> None:
    """The name of a definition is its identity: another plural would be another kind."""
    assert names_of(kind, "networking.istio.io")["plural"] == plural


def test_our_own_kinds_are_three() -> None:
    """They are what users install."""
    own = defined_kinds(own_only=True)
    assert {model.__name__ for model in own} == {
        "Cluster",
        "Fleet",
        "RateLimit",
        "Rollout",
        "SealedSecret",
    }
    assert {model.GROUP for model in own} == {OWN_GROUP}


def test_kinds_that_servers_have_need_no_definition() -> None:
    """Core kinds are built in."""
    assert not {model.__name__ for model in KINDS} & {"Service", "Pod", "Deployment", "Secret"}
