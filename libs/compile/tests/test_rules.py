"""VirtualServices, completed and in order."""

import pytest

from libs.compile.rules import gateway_name, rules_for
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
