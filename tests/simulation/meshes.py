"""Random settings of a mesh."""

import json
from typing import Any

from libs.compile.merging import OPTION
from libs.meshapi.fleet import MeshSettings
from tests.agree.dice import Dice
from tests.simulation.attached import TRACER
from tests.simulation.words import NAMES

_EXPORTS = ("defaultServiceExportTo", "defaultVirtualServiceExportTo")
_ROOT = {"matchLabels": {"kubernetes.io/metadata.name": "istio-system"}}
"""The namespace without which a mesh would have no defaults."""


def draw_settings(dice: Dice) -> MeshSettings:
    """Draw settings out of those that compiling reads; most are left as they are by default."""
    written = {name: value for name, value in _choices(dice).items() if dice.chance(0.25)}
    return MeshSettings.model_validate_json(json.dumps(written))


def _choices(dice: Dice) -> dict[str, Any]:
    service = f"{dice.one(NAMES)}.default.svc.cluster.local"
    tracer = {"name": TRACER, "zipkin": {"service": service, "port": dice.one((80, 8080))}}
    return {
        "defaultConfig": {"proxyMetadata": {OPTION: "true"}},
        "accessLogFile": "/dev/stdout",
        "extensionProviders": [tracer],
        "defaultProviders": {"tracing": [TRACER]},
        "enableTracing": True,
        "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
        "connectTimeout": f"{dice.number(1, 3)}s",
        "outboundClusterStatName": "%SERVICE%_%SUBSET_NAME%",
        "defaultHttpRetryPolicy": {"attempts": dice.number(0, 3)},
        "enableAutoMtls": False,
        "rootNamespace": dice.one(("istio-system", "other")),
        "defaultDestinationRuleExportTo": ["."],
        "discoverySelectors": [{"matchLabels": {"team": dice.one(NAMES)}}, _ROOT],
        "serviceEntryVisibility": {"defaultVisibility": "NONE", "policies": [_seen(dice)]},
        "serviceSettings": [{"settings": {"clusterLocal": True}, "hosts": ["*"]}],
        "proxyHttpPort": 8888,
        "meshMTLS": {"minProtocolVersion": "TLSV1_3"},
        "inboundTrafficPolicy": {"mode": "LOCALHOST"},
        "localityLbSetting": {"enabled": True, "failoverPriority": ["app"]},
        "pathNormalization": {"normalization": "MERGE_SLASHES"},
        dice.one(_EXPORTS): [dice.one((".", "*"))],
    }


def _seen(dice: Dice) -> dict[str, Any]:
    selector = {"matchLabels": {"team": dice.one(NAMES)}}
    return {"visibility": "PUBLIC", "matchingRules": [{"namespaceSelector": selector}]}
