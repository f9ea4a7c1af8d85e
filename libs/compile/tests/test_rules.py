"""VirtualServices and DestinationRules, completed and merged."""

import pytest

from libs.compile.rules import gateway_name, policy_for, rules_for
from libs.compile.tests.worlds import istio, world


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("mesh", "mesh", id="the reserved name"),
        pytest.param("edge", "shop/edge", id="in the same namespace"),
        pytest.param("infra/edge", "infra/edge", id="in another"),
        pytest.param("./edge", "shop/edge", id="with a dot for the same"),
        pytest.param("edge.infra.svc.cluster.local", "infra/edge", id="the old form"),
    ],
)
def test_gateways_are_named_with_their_namespace(name: str, expected: str) -> None:
    """Every way to write a gateway leads to one name."""
    assert gateway_name(name, "shop") == expected


def _rule(name: str, namespace: str, subset: str, host: str = "web.shop.svc.cluster.local") -> str:
    return istio(
        "DestinationRule",
        name,
        f"{{host: '{host}', subsets: [{{name: {subset}, labels: {{from: {name}}}}}]}}",
        f", namespace: {namespace}",
    )


HOST = "web.shop.svc.cluster.local"


def test_rules_of_one_namespace_add_their_subsets() -> None:
    """Of two subsets with one name the older rule's counts."""
    mesh = world(_rule("a", "shop", "v1") + _rule("b", "shop", "v2") + _rule("c", "shop", "v1"))
    found = policy_for(mesh.policies, HOST, ["shop"])
    assert found is not None
    assert {name: subset.labels["from"] for name, subset in found.subsets.items()} == {
        "v1": "a",
        "v2": "b",
    }
    assert [key.name for key in found.sources] == ["a", "b", "c"]


def test_the_first_namespace_with_a_rule_decides_alone() -> None:
    """A client's own rule hides the service's, subsets and all."""
    mesh = world(_rule("a", "client", "mine") + _rule("b", "shop", "theirs"))
    found = policy_for(mesh.policies, HOST, ["client", "shop"])
    assert found is not None
    assert list(found.subsets) == ["mine"]
    assert policy_for(mesh.policies, HOST, ["nowhere"]) is None


def test_the_most_specific_host_decides_within_a_namespace() -> None:
    """A wildcard gives way to a longer one, and that to the name itself."""
    mesh = world(
        _rule("a", "shop", "wide", "*.local")
        + _rule("b", "shop", "narrow", "*.shop.svc.cluster.local")
    )
    found = policy_for(mesh.policies, HOST, ["shop"])
    assert found is not None
    assert list(found.subsets) == ["narrow"]


@pytest.mark.parametrize(
    ("namespace", "expected"),
    [
        pytest.param("shop", ["private", "named", "all"], id="its own"),
        pytest.param("client", ["named", "all"], id="one that is named"),
        pytest.param("other", ["all"], id="any other"),
    ],
)
def test_rules_are_seen_where_they_are_exported_to(namespace: str, expected: list[str]) -> None:
    """The nearest come first, whatever their age; `~` is nowhere."""
    exports = {"all": "'*'", "named": "client, .", "nowhere": "'~'", "private": "."}
    text = "".join(
        istio(
            "VirtualService",
            name,
            f"{{hosts: [a.example], exportTo: [{to}], http: [{{redirect: {{uri: /}}}}]}}",
            ", namespace: shop",
        )
        for name, to in exports.items()
    )
    found = [one.key.name for one in rules_for(world(text).rules, namespace)]
    assert sorted(found) == sorted(expected)
    assert found[-1] == "all"
