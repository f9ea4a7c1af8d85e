"""Draws what git says of a cluster, and what a stranger does in it."""

from typing import Any

from services.reconciler.tests.places import SHIPS, config_map
from tests.agree.dice import Dice

NAMES = {"shop": "abcd", "bank": "stuv"}
_ROUTES = """\
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: {name}}}
spec: {{host: {name}, subsets: [{subsets}]}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}}}
spec: {{hosts: [{name}], http: [{{route: [{{destination: {{host: {name}, subset: {used}}}}}]}}]}}
"""
_SPACE = """\
---
apiVersion: v1
kind: Namespace
metadata: {{name: {name}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: inner, namespace: {name}}}
data: {{value: '1'}}
"""


def drawn_set(dice: Dice, name: str) -> str:
    """Return the objects of a set as YAML; sets never share a name."""
    parts = [
        config_map(one, str(dice.number(1, 3)), **{"periplus.io/wave": str(dice.number(-1, 1))})
        for one in dice.some(NAMES[name], 4)
    ]
    if dice.chance(0.4):
        used = dice.one(["v1", "v2"])
        others = dice.some(["v1", "v2", "v3"], 3)
        subsets = ", ".join(f"{{name: {one}}}" for one in sorted({used, *others}))
        parts.append(_ROUTES.format(name=f"{name}-routes", subsets=subsets, used=used))
    if name == "shop" and dice.chance(0.2):
        parts.append(SHIPS)
    if dice.chance(0.2):
        parts.append(_SPACE.format(name=f"{name}-space"))
    return "".join(parts)


def stranger_body(dice: Dice) -> dict[str, Any]:
    """Return a ConfigMap under a name of ours or of nobody."""
    name = dice.one([*NAMES["shop"], *NAMES["bank"], "mine", "yours"])
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "default"},
        "data": {"value": "stranger"},
    }
