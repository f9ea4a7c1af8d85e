"""What a workload demands of its callers is what the narrowest policy says, port by port."""

import pytest

from libs.compile.peers import Demand, demand_of
from libs.compile.tests.worlds import world

_LABELS = {"app": "web"}


def _policy(name: str, namespace: str, spec: str, created: str = "") -> str:
    stamp = f", creationTimestamp: '{created}'" if created else ""
    return f"""
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {{name: {name}, namespace: {namespace}{stamp}}}
spec: {spec}
"""


def _demand(text: str, namespace: str = "shop") -> Demand:
    return demand_of(world(text).peers, "istio-system", namespace, _LABELS)


def test_without_a_policy_both_are_taken() -> None:
    """Plain clients go on working until somebody says otherwise."""
    assert _demand("").at(80) == "PERMISSIVE"


@pytest.mark.parametrize(
    ("mesh", "namespace", "workload", "expected"),
    [
        pytest.param("STRICT", None, None, "STRICT", id="the mesh's holds where nobody else says"),
        pytest.param("STRICT", "DISABLE", None, "DISABLE", id="the namespace's counts before it"),
        pytest.param("STRICT", "UNSET", None, "STRICT", id="what is not set is inherited"),
        pytest.param("STRICT", "DISABLE", "PERMISSIVE", "PERMISSIVE", id="the workload's is first"),
        pytest.param("UNSET", "UNSET", "UNSET", "PERMISSIVE", id="nothing set means both"),
    ],
)
def test_the_narrowest_policy_says_the_mode(
    mesh: str | None, namespace: str | None, workload: str | None, expected: str
) -> None:
    """Mesh, namespace, workload, each inheriting from the one before."""
    text = _policy("mesh", "istio-system", f"{{mtls: {{mode: {mesh}}}}}") if mesh else ""
    if namespace:
        text += _policy("all", "shop", f"{{mtls: {{mode: {namespace}}}}}")
    if workload:
        selector = "selector: {matchLabels: {app: web}}"
        text += _policy("web", "shop", f"{{{selector}, mtls: {{mode: {workload}}}}}")
    found = _demand(text)
    assert found.at(80) == expected
    assert len(found.sources) == sum(one is not None for one in (mesh, namespace, workload))


def test_ports_count_in_policies_for_selected_workloads() -> None:
    """A port that is not set has what the workload has."""
    selected = "selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}"
    ports = "portLevelMtls: {'80': {mode: DISABLE}, '81': {mode: UNSET}}"
    found = _demand(_policy("web", "shop", f"{{{selected}, {ports}}}"))
    assert [found.at(port) for port in (80, 81, 82)] == ["DISABLE", "STRICT", "STRICT"]


def test_of_several_for_one_scope_the_oldest_counts() -> None:
    """Whatever their names say."""
    text = _policy("a", "shop", "{mtls: {mode: STRICT}}", "2024-02-01T00:00:00Z")
    text += _policy("b", "shop", "{mtls: {mode: DISABLE}}", "2024-01-01T00:00:00Z")
    assert _demand(text).at(80) == "DISABLE"


def test_a_selector_in_the_root_namespace_selects_nobody() -> None:
    """Policies of the root namespace are the mesh's, and only without a selector."""
    text = _policy(
        "web", "istio-system", "{selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}}"
    )
    assert _demand(text).at(80) == "PERMISSIVE"
    assert _demand(text, "istio-system").at(80) == "PERMISSIVE"
