"""An object reaches the proxies of its namespace, one of the root namespace all of them."""

import pytest

from libs.compile.attaching import reaching, selected
from libs.compile.tests.worlds import sidecar
from libs.meshapi.metadata import Metadata
from libs.meshapi.targets import PolicyTarget
from libs.meshapi.telemetry import Telemetry

_ROOT = "istio-system"


def _telemetry(namespace: str) -> Telemetry:
    return Telemetry(metadata=Metadata(name="a", namespace=namespace))


def test_the_root_namespace_comes_first_and_foreign_ones_never() -> None:
    """What is nearer is applied later."""
    every = [_telemetry("shop"), _telemetry(_ROOT), _telemetry("bank")]
    found = reaching(every, sidecar("shop"), _ROOT)
    assert [one.namespace for one in found] == [_ROOT, "shop"]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [(None, True), ({}, True), ({"app": "a"}, True), ({"app": "a", "version": "v1"}, False)],
)
def test_all_labels_have_to_be_there(labels: dict[str, str] | None, *, expected: bool) -> None:
    """No labels select every workload."""
    assert selected(sidecar(labels={"app": "a"}), labels, (), "default") is expected


@pytest.mark.parametrize(
    ("kind", "namespace", "expected"),
    [("Gateway", "default", True), ("Gateway", _ROOT, False), ("Service", "default", False)],
)
def test_a_target_is_a_gateway_of_the_own_namespace(
    kind: str, namespace: str, *, expected: bool
) -> None:
    """Proxies of a Gateway carry its name as a label; other targets have no proxies."""
    group = "gateway.networking.k8s.io" if kind == "Gateway" else ""
    target = PolicyTarget(group=group, kind=kind, name="edge")
    proxy = sidecar(labels={"gateway.networking.k8s.io/gateway-name": "edge"})
    assert selected(proxy, None, (target,), namespace) is expected
