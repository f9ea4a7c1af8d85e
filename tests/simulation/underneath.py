"""Random objects below services: Pods, nodes, namespaces, and sealed Secrets."""

import base64
from collections.abc import Callable, Mapping

from tests.agree.dice import Dice
from tests.simulation.words import NAMES, NAMESPACES, Text

NODES = ("a", "b")
"""Few nodes, so that Pods and proxies meet there."""


def _pod(dice: Dice) -> Text:
    ports = [{"name": dice.one(("web", "http")), "containerPort": dice.one((80, 8000))}]
    spec: Text = {"containers": [{"name": "main", "ports": ports}], "nodeName": dice.one(NODES)}
    if dice.chance(0.4):
        spec["serviceAccountName"] = dice.one(NAMES)
    labels = {"app": dice.one(NAMES)}
    if dice.chance(0.3):
        labels["security.istio.io/tlsMode"] = "istio"
    if dice.chance(0.2):
        labels["topology.istio.io/network"] = dice.one(("near", "far"))
    return {"metadata": {"labels": labels}, "spec": spec}


def _node(dice: Dice) -> Text:
    place = {"topology.kubernetes.io/region": "r", "topology.kubernetes.io/zone": dice.one(_ZONES)}
    return {"metadata": {"name": dice.one(NODES), "namespace": "", "labels": place}}


_ZONES = ("z1", "z2")


def _sealed(dice: Dice) -> Text:
    value = base64.b64encode(f"sealed {dice.number(1, 2)}".encode()).decode()
    key = dice.one(("0123456789abcdef", "fedcba9876543210"))
    return {"spec": {"keyId": key, "sealedData": {"tls.crt": value, "tls.key": value}}}


def _namespace(dice: Dice) -> Text:
    labels = {"team": dice.one(NAMES)} if dice.chance(0.7) else {}
    return {"metadata": {"name": dice.one(NAMESPACES), "namespace": "", "labels": labels}}


KINDS: Mapping[str, Callable[[Dice], Text]] = {
    "Pod": _pod,
    "Node": _node,
    "Namespace": _namespace,
    "SealedSecret": _sealed,
}
VERSIONS: Mapping[str, str] = {
    "Pod": "v1",
    "Node": "v1",
    "Namespace": "v1",
    "SealedSecret": "periplus.io/v1alpha1",
}
