"""Random traffic policies of DestinationRules."""

from typing import Any

from tests.agree.dice import Dice
from tests.agree.rules import OWN_PORT
from tests.agree.servertls import MESH_NAME

_REGION, _ZONE, _OTHER = "region1/*", "region1/zone1/sub1", "region2/*"


def policy(dice: Dice, *, of_port: bool = False) -> dict[str, Any]:
    """Draw a policy that decides at most which of several endpoints are called first.

    `of_port` draws one that stands in the settings of a port.
    """
    drawn: dict[str, Any] = {}
    if dice.chance(0.7):
        drawn["loadBalancer"] = _balancer(dice)
    if dice.chance(0.5):
        drawn["connectionPool"] = pool(dice)
    if dice.chance(0.6):
        drawn["outlierDetection"] = outliers(dice)
    if dice.chance(0.25):
        drawn["tls"] = {"mode": "DISABLE"}
    if of_port:
        return drawn
    if dice.chance(0.3):
        drawn["portLevelSettings"] = [
            {
                "port": {"number": dice.one((OWN_PORT, OWN_PORT, OWN_PORT, 1))},
                **policy(dice, of_port=True),
            }
        ]
    if dice.chance(0.25):
        drawn["proxyProtocol"] = {"version": dice.one(("V1", "V2"))}
    if dice.chance(0.2):
        drawn["retryBudget"] = {
            "percent": 100,
            "minRetryConcurrency": 100,
            "budgetInterval": "10s",
        }
    return drawn


def secured(dice: Dice, folder: str) -> dict[str, Any]:
    """Draw a policy for workloads that speak TLS only, with which every call reaches them."""
    kept = ("loadBalancer", "connectionPool", "outlierDetection")
    drawn = {name: one for name, one in policy(dice).items() if name in kept}
    drawn["tls"] = _encryption(dice, folder)
    if dice.chance(0.3):
        return {"portLevelSettings": [{"port": {"number": OWN_PORT}, **drawn}]}
    return drawn


def upgraded(dice: Dice) -> dict[str, Any]:
    """Draw a policy for workloads that speak HTTP/2 as well: it is mostly spoken."""
    drawn = {"connectionPool": pool(dice)}
    if dice.chance(0.8):
        http = {**drawn["connectionPool"].get("http", {}), "h2UpgradePolicy": "UPGRADE"}
        drawn["connectionPool"]["http"] = http
    return drawn


def _encryption(dice: Dice, folder: str) -> dict[str, Any]:
    """Draw how calls are encrypted; what is asked of the server's certificate is what it has."""
    mode = dice.one(("SIMPLE", "SIMPLE", "MUTUAL", "MUTUAL", "ISTIO_MUTUAL"))
    drawn: dict[str, Any] = {"mode": mode}
    if mode == "ISTIO_MUTUAL":
        return drawn
    if mode == "MUTUAL" and dice.chance(0.55):
        drawn["credentialName"] = "own"
    elif mode == "MUTUAL":
        drawn["clientCertificate"] = f"{folder}/client.example.pem"
        drawn["privateKey"] = f"{folder}/client.example.key"
    if "credentialName" not in drawn:
        drawn["caCertificates"] = f"{folder}/ca.pem"
        drawn |= {"caCrl": f"{folder}/ca.crl"} if dice.chance(0.5) else {}
    # Without a stated name the certificate would have to be for the host of each request.
    more: dict[str, Any] = dice.one(
        (
            {"subjectAltNames": [MESH_NAME]},
            {"subjectAltNames": [MESH_NAME], "sni": "asked.example"},
            {"insecureSkipVerify": True},
        )
    )
    return drawn | more


def pool(dice: Dice) -> dict[str, Any]:
    """Draw limits that no call of a run reaches."""
    tcp = {
        "maxConnections": 1000,
        "connectTimeout": "5s",
        "tcpKeepalive": {"probes": 3, "time": "10s", "interval": "5s"},
        "maxConnectionDuration": "60s",
        "idleTimeout": "60s",
    }
    http = {
        "http1MaxPendingRequests": 1000,
        "http2MaxRequests": 1000,
        "maxRequestsPerConnection": dice.number(1, 3),
        "maxRetries": 100,
        "idleTimeout": "60s",
        "h2UpgradePolicy": dice.one(("DEFAULT", "DO_NOT_UPGRADE")),
        "maxConcurrentStreams": 100,
        "http2KeepAlive": {"interval": "30s", "timeout": "5s"},
    }
    return {
        name: {one: settings[one] for one in sorted(dice.some(sorted(settings), len(settings)))}
        for name, settings in (("tcp", tcp), ("http", http))
        if dice.chance(0.8)
    }


def keep_protocol(dice: Dice, objects: list[dict[str, Any]]) -> None:
    """Let some policies call workloads in the protocol of the client, which has to be HTTP/1.1."""
    for one in objects:
        settings = (
            one["spec"].get("trafficPolicy", {}).get("connectionPool", {}) if "spec" in one else {}
        )
        if "http" in settings and dice.chance(0.5):
            settings["http"]["useClientProtocol"] = True


def outliers(dice: Dice) -> dict[str, Any]:
    """Draw ejections that never happen: failures are part of the calls, who failed must stay."""
    drawn: dict[str, Any] = {"consecutiveGatewayErrors": 0}
    drawn[dice.one(("consecutive5xxErrors", "consecutive5xxErrors", "consecutiveErrors"))] = 0
    others = {
        "splitExternalLocalOriginErrors": True,
        "consecutiveLocalOriginFailures": 1000,
        "interval": "30s",
        "baseEjectionTime": "1s",
        "maxEjectionPercent": 10,
        "minHealthPercent": dice.one((0, 30)),
        "outlierDetectionHttpErrorCodes": [599],
    }
    return drawn | {name: others[name] for name in dice.some(sorted(others), len(others))}


def _balancer(dice: Dice) -> dict[str, Any]:
    kinds = ("LEAST_CONN", "LEAST_REQUEST", "RANDOM", "ROUND_ROBIN", "UNSPECIFIED", "PASSTHROUGH")
    balancer: dict[str, Any] = {}
    if dice.chance(0.4):
        balancer["consistentHash"] = _hash(dice)
    else:
        balancer["simple"] = dice.one(kinds)
        if dice.chance(0.5):
            balancer |= _warm(dice)
    if dice.chance(0.5):
        balancer["localityLbSetting"] = _places(dice)
    elif dice.chance(0.5):
        balancer["zoneAwareLbSetting"] = _zones(dice)
    return balancer


def _warm(dice: Dice) -> dict[str, Any]:
    if dice.chance(0.5):
        return {"warmupDurationSecs": "10s"}
    warm = {"duration": "10s", "minimumPercent": 20, "aggression": 1.5}
    return {"warmup": {"duration": "10s"} if dice.chance(0.3) else warm}


def _hash(dice: Dice) -> dict[str, Any]:
    cookie: dict[str, Any] = {"name": "user", "ttl": dice.one(("0s", "60s"))}
    if dice.chance(0.7):
        cookie |= {"path": "/", "attributes": [{"name": "SameSite", "value": "Strict"}]}
    drawn: dict[str, Any] = dice.one(
        (
            {"httpHeaderName": "x-one"},
            {"httpQueryParameterName": "q"},
            {"httpQueryParameterName": "q"},
            {"useSourceIp": True},
            {"httpCookie": cookie},
            {"httpCookie": cookie},
        )
    )
    with_ring: dict[str, Any] = dice.one(
        (
            {},
            {"ringHash": {"minimumRingSize": 64}},
            {"maglev": {"tableSize": 101}},
            {"minimumRingSize": 64},
        )
    )
    return drawn | with_ring


def _places(dice: Dice) -> dict[str, Any]:
    setting: dict[str, Any] = dice.one(
        (
            {"failoverPriority": ["tier"]},
            {"failoverPriority": ["tier=near", "topology.kubernetes.io/region"]},
            {"failover": [{"from": "region1", "to": "region2"}]},
            {"distribute": [{"from": _ZONE, "to": {_OTHER: 100}}]},
            {"distribute": [{"from": _REGION, "to": {_ZONE: 50, _OTHER: 50}}]},
            {},
        )
    )
    return setting | ({"enabled": True} if dice.chance(0.7) or not setting else {})


def _zones(dice: Dice) -> dict[str, Any]:
    setting: dict[str, Any] = {"enabled": True, "minClusterSize": dice.number(1, 6)}
    if dice.chance(0.45):
        setting["failoverPriority"] = ["tier"]
    elif dice.chance(0.5):
        setting["failover"] = [{"from": "region1", "to": "region2"}]
    return setting
