"""Which DestinationRules count for a caller, and what several of them say together."""

import pytest

from libs.compile.policies import Caller, changed_policies, policies, policy_for
from libs.compile.tests.worlds import istio, world
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.fleet import MeshSettings

HOST = "web.shop.svc.cluster.local"


def _rule(
    name: str, namespace: str, subset: str, host: str = HOST, *, more: str = "", priority: int = 0
) -> str:
    return istio(
        "DestinationRule",
        name,
        f"{{host: '{host}', subsets: [{{name: {subset}, labels: {{from: {name}}}}}]{more}}}",
        f", namespace: {namespace}, annotations: {{periplus.io/priority: '{priority}'}}",
    )


def _found(
    text: str, namespace: str, labels: dict[str, str] | None = None, default: str = ""
) -> dict[str, str] | None:
    """Return the subsets that a caller finds, each with the rule that it is from."""
    settings = MeshSettings(default_destination_rule_export_to=(default,) if default else ())
    mesh = world(text, settings)
    policy = policy_for(mesh.policies, HOST, "shop", Caller(namespace, labels or {}))
    if policy is None:
        return None
    return {name: subset.labels["from"] for name, subset in policy.subsets.items()}


def test_rules_of_one_namespace_add_their_subsets() -> None:
    """Of two subsets with one name the older rule's counts."""
    text = _rule("a", "shop", "v1") + _rule("b", "shop", "v2") + _rule("c", "shop", "v1")
    assert _found(text, "shop") == {"v1": "a", "v2": "b"}


@pytest.mark.parametrize(
    ("namespace", "expected"),
    [
        pytest.param("client", "mine", id="the caller's own first"),
        pytest.param("other", "theirs", id="then the service's"),
        pytest.param("shop", "theirs", id="which may be the same"),
        pytest.param("istio-system", "theirs", id="a caller in the root has no own one"),
    ],
)
def test_the_first_namespace_with_a_rule_decides_alone(namespace: str, expected: str) -> None:
    """A client's own rule hides the service's, and that the root's."""
    text = (
        _rule("a", "client", "mine")
        + _rule("b", "shop", "theirs")
        + _rule("c", "istio-system", "mesh")
        + _rule("d", "third", "foreign")
    )
    found = _found(text, namespace)
    assert found is not None
    assert list(found) == [expected]


def test_the_root_namespace_speaks_where_nobody_else_does() -> None:
    """Its rules are for everybody, unless it keeps them for its own callers."""
    text = _rule("c", "istio-system", "mesh")
    private = _rule("c", "istio-system", "mesh", more=", exportTo: ['.']")
    assert _found(text, "client") == {"mesh": "c"}
    assert _found(private, "client") is None
    assert _found(private, "istio-system") == {"mesh": "c"}


def test_the_most_specific_host_decides_within_a_namespace() -> None:
    """A wildcard gives way to a longer one, and that to the name itself."""
    text = _rule("a", "shop", "wide", "*.local") + _rule(
        "b", "shop", "narrow", "*.shop.svc.cluster.local"
    )
    assert _found(text, "shop") == {"narrow": "b"}


@pytest.mark.parametrize(
    ("exports", "default", "seen"),
    [
        pytest.param("", "", {"shop", "client", "other"}, id="for everybody"),
        pytest.param("", ".", {"shop"}, id="by the mesh's default"),
        pytest.param(", exportTo: ['.']", "", {"shop"}, id="for its namespace"),
        pytest.param(", exportTo: [client]", "", {"client"}, id="for another one only"),
        pytest.param(", exportTo: [client, '.']", "", {"shop", "client"}, id="for both"),
    ],
)
def test_a_rule_counts_where_it_is_exported_to(exports: str, default: str, seen: set[str]) -> None:
    """Callers elsewhere find nothing."""
    text = _rule("a", "shop", "v1", more=exports)
    found = {one for one in ("shop", "client", "other") if _found(text, one, default=default)}
    assert found == seen


def test_rules_that_are_exported_elsewhere_are_not_merged() -> None:
    """Each caller finds only what it may see; a further reaching rule adds to a nearer one."""
    text = (
        _rule("a", "shop", "v1", more=", exportTo: [client]", priority=2)
        + _rule("b", "shop", "v2", more=", exportTo: [other]", priority=1)
        + _rule("c", "shop", "v3", more=", exportTo: [client, third]")
    )
    assert _found(text, "other") == {"v2": "b"}
    assert _found(text, "third") == {"v3": "c"}


def test_a_rule_for_selected_workloads_counts_for_them_alone() -> None:
    """Others have the general rule, and callers of other namespaces never see the special one."""
    chosen = ", workloadSelector: {matchLabels: {app: cart}}"
    text = _rule("all", "shop", "v1", priority=5) + _rule("cart", "shop", "v2", more=chosen)
    assert _found(text, "shop", {"app": "cart", "x": "y"}) == {"v2": "cart"}
    assert _found(text, "shop", {"app": "web"}) == {"v1": "all"}
    assert _found(text, "client", {"app": "cart"}) == {"v1": "all"}


def test_rules_for_the_same_selected_workloads_are_merged() -> None:
    """Rules for other workloads stay out of it."""
    chosen = ", workloadSelector: {matchLabels: {app: cart}}"
    other = ", workloadSelector: {matchLabels: {app: web}}"
    text = (
        _rule("a", "shop", "v1", more=chosen)
        + _rule("b", "shop", "v2", more=chosen)
        + _rule("c", "shop", "v3", more=other)
    )
    assert _found(text, "shop", {"app": "cart"}) == {"v1": "a", "v2": "b"}
    assert _found(text, "shop", {"app": "web"}) == {"v3": "c"}
    assert _found(text, "shop", {"app": "none"}) is None


def test_a_changed_rule_is_looked_at_alone() -> None:
    """Every other host keeps what it had, and all is as if it were made of the same rules."""
    mesh = world(
        _rule("a", "shop", "v1") + _rule("b", "shop", "v2") + _rule("c", "shop", "v1", "*.example")
    )
    rules = {one.metadata.name: one for one in mesh.objects.of(DestinationRule).values()}
    former = mesh.policies
    wild = _rule("d", "shop", "v9", "*.shop.svc.cluster.local")
    (new,) = world(wild).objects.of(DestinationRule).values()
    changed = changed_policies(former, [rules["a"]], [new])
    assert changed == policies([rules["b"], rules["c"], new], mesh.domain, (), former.root)
    at = ("shop", "*.example")
    assert changed.local[at] is former.local[at]
    assert changed.wildcards == {"shop": ("*.shop.svc.cluster.local", "*.example")}


def test_the_last_rule_of_a_host_leaves_nothing_behind() -> None:
    """Neither its host nor its pattern is looked at again."""
    mesh = world(_rule("c", "shop", "v1", "*.example"))
    rules = tuple(mesh.objects.of(DestinationRule).values())
    left = changed_policies(mesh.policies, rules, ())
    assert left == policies((), mesh.domain, (), mesh.policies.root)
