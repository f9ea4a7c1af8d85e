"""What may lie over any trial: settings of its mesh, and objects that watch its proxy."""

from dataclasses import replace
from typing import Any

from libs.compile.proxy import ProxyType
from tests.agree import meshes
from tests.agree.dice import Dice
from tests.agree.trial import TARGET, Trial, written

_ROOT = "istio-system"
_CLOSED_PORT = 1
_SELECTING = {"selector": {"matchLabels": {"app": "caller"}}}
_MODES = ("CLIENT_AND_SERVER", "CLIENT", "SERVER")


def laid_over(dice: Dice, trial: Trial) -> Trial:
    """Return a trial with more around it; what it says itself of the mesh stays."""
    mesh = {**meshes.draw(dice), **trial.mesh}
    objects = [*trial.objects, _collector(), *_watching(dice)]
    introduced = trial.introduced
    if _is_at_gateway(trial) and dice.chance(0.3):
        config = {**mesh.get("defaultConfig", {})}
        topology = {**config.get("gatewayTopology", {}), "proxyProtocol": {}}
        mesh["defaultConfig"] = {**config, "gatewayTopology": topology}
        introduced = {**introduced, "gateway": 0}
    return replace(trial, objects=tuple(objects), mesh=mesh, introduced=introduced)


def _is_at_gateway(trial: Trial) -> bool:
    """Say whether all calls of a trial are to servers of its Gateways."""
    gateways = [one for one in trial.objects if one["kind"] == "Gateway"]
    ports = {server["port"]["number"] for one in gateways for server in one["spec"]["servers"]}
    called = {call["port"] for call in trial.calls}
    return trial.proxy.type is ProxyType.ROUTER and called - {_CLOSED_PORT} <= ports


def _collector() -> dict[str, Any]:
    """Return a service that spans and logs are sent to; nobody answers there."""
    ports = [{"port": 9411, "name": "http", "targetPort": _CLOSED_PORT}]
    return written("Service", "collector", {"ports": ports}, "telemetry")


def _watching(dice: Dice) -> list[dict[str, Any]]:
    """Draw Telemetry objects: of the mesh, of the namespace, of the workload."""
    own: dict[str, Any]
    own = dice.one((_SELECTING, _SELECTING, {"targetRef": TARGET}, {"targetRefs": [TARGET]}))
    places: tuple[tuple[str, dict[str, Any]], ...] = (
        (_ROOT, {}),
        ("default", {}),
        ("default", own),
    )
    return [
        written("Telemetry", f"watching{at}", {**more, **_watched(dice)}, namespace)
        for at, (namespace, more) in enumerate(places)
        if dice.chance(0.5)
    ]


def _watched(dice: Dice) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    if dice.chance(0.7):
        spec["tracing"] = [_traced(dice)]
    if dice.chance(0.7) or not spec:
        spec["accessLogging"] = [_logged(dice) for _ in range(dice.number(1, 2))]
    return spec


def _traced(dice: Dice) -> dict[str, Any]:
    tags = {
        "fixed": {"literal": {"value": "here"}},
        "variable": {"environment": {"name": "NOWHERE", "defaultValue": "none"}},
        "asked": {"header": {"name": "x-one", "defaultValue": "none"}},
        "made": {"formatter": {"value": "%PROTOCOL%"}},
    }
    settings: dict[str, Any] = {
        "randomSamplingPercentage": dice.one((0, 100)),
        "disableSpanReporting": dice.chance(0.3),
        "disableContextPropagation": dice.chance(0.3),
        "customTags": {name: tags[name] for name in dice.some(sorted(tags), len(tags))},
        "enableIstioTags": dice.chance(0.5),
        "useRequestIdForTraceSampling": dice.chance(0.5),
        "match": {"mode": dice.one(_MODES)},
        "providers": [{"name": dice.one(meshes.TRACERS)}],
    }
    return {name: one for name, one in settings.items() if dice.chance(0.7)}


def _logged(dice: Dice) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "disabled": dice.chance(0.3),
        "filter": {"expression": "response.code >= 400"},
        "match": {"mode": dice.one(_MODES)},
        "providers": [{"name": name} for name in dice.some(meshes.LOGS, 3) or ["file"]],
    }
    return {name: one for name, one in settings.items() if dice.chance(0.7)}
