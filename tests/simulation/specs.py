"""Random objects of every kind that compiling reads, out of few names so that they meet."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from tests.agree import rules
from tests.agree.dice import Dice
from tests.simulation import attached, underneath
from tests.simulation.words import NAMES, NAMESPACES, Text

_HOSTS = ("a", "b", "c.other.svc.cluster.local", "x.example", "*.example", "y.example")
_ENTRY_HOSTS = ("x.example", "y.example", "*.example", "b.default.svc.cluster.local")
_SCOPES = ("./*", "*/*", "other/*", "~/*", "./a.default.svc.cluster.local", "*/x.example")
_ADDRESSES = ("10.0.0.1", "10.0.0.2", "10.0.0.3")
_EXPORTS: tuple[list[str], ...] = ([], ["*"], ["."], ["other"])
_BEHIND = ("WorkloadEntry", "Pod", "Pod")
_NEAR: tuple[Text, ...] = (
    {"internalTrafficPolicy": "Local"},
    {"trafficDistribution": "PreferSameNode"},
    {"trafficDistribution": "PreferClose"},
)
_PORTS: tuple[dict[str, Any], ...] = (
    {"name": "http", "port": 80},
    {"name": "http-alt", "port": 8080, "targetPort": 80},
    {"name": "tcp", "port": 90},
    {"name": "grpc", "port": 81, "targetPort": "web"},
    {"name": "tls", "port": 443},
    {"name": "unclear", "port": 82},
    {"name": "told", "port": 83, "appProtocol": "http"},
)
_ENTRY_PORTS: tuple[dict[str, Any], ...] = (
    {"name": "http", "number": 80, "protocol": "HTTP"},
    {"name": "tcp", "number": 90, "protocol": "TCP"},
    {"name": "tls", "number": 443, "protocol": "TLS", "targetPort": 8443},
)


def _service(dice: Dice) -> Text:
    spec: Text = {"ports": dice.some(_PORTS, 3) or [_PORTS[0]]}
    if dice.chance(0.25):
        spec |= dice.one(_NEAR)
    kind = dice.number(0, 5)
    if kind == 0:
        return {"spec": {**spec, "type": "ExternalName", "externalName": "x.example"}}
    if kind > 1:
        spec["selector"] = {"app": dice.one(NAMES)}
    if kind == 2:
        spec["clusterIP"] = "None"
    if kind == 3:
        spec["clusterIP"] = f"10.1.0.{dice.number(1, 3)}"
    return {"spec": spec}


def _slice(dice: Dice) -> Text:
    endpoints: list[Text] = []
    for address in dice.some(_ADDRESSES, 3):
        one: Text = {"addresses": [address], "conditions": {"ready": dice.chance(0.8)}}
        if dice.chance(0.5):
            one["targetRef"] = {"kind": dice.one(_BEHIND), "name": dice.one(NAMES)}
        if dice.chance(0.4):
            one["nodeName"] = dice.one(underneath.NODES)
        if dice.chance(0.3):
            one["zone"] = dice.one(("z1", "z2"))
        endpoints.append(one)
    return {
        "metadata": {"labels": {"kubernetes.io/service-name": dice.one(NAMES)}},
        "addressType": "IPv4",
        "ports": [{"name": dice.one(("http", "tcp")), "port": dice.one((80, 8080))}],
        "endpoints": endpoints,
    }


def _workload(dice: Dice) -> Text:
    labels = {"app": dice.one(NAMES), "version": dice.one(rules.SUBSETS)}
    spec: Text = {"address": dice.one((*_ADDRESSES, "name.example")), "labels": labels}
    if dice.chance(0.4):
        spec["ports"] = {dice.one(("web", "http")): 8000}
    if dice.chance(0.3):
        spec |= {"locality": dice.one(("r/z1", "r/z2")), "weight": dice.number(0, 3)}
    return {"spec": spec}


def _entry(dice: Dice) -> Text:
    spec: Text = {
        "hosts": dice.some(_ENTRY_HOSTS, 2) or ["x.example"],
        "ports": dice.some(_ENTRY_PORTS, 2) or [_ENTRY_PORTS[0]],
        "resolution": dice.one(("NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS")),
        "location": dice.one(("MESH_EXTERNAL", "MESH_INTERNAL")),
        "exportTo": dice.one(_EXPORTS),
    }
    if dice.chance(0.3):
        spec["workloadSelector"] = {"labels": {"app": dice.one(NAMES)}}
    elif spec["resolution"] == "STATIC" or dice.chance(0.3):
        spec["endpoints"] = [{"address": one} for one in dice.some(_ADDRESSES, 2)]
    if dice.chance(0.2):
        spec["addresses"] = [f"10.2.0.{dice.number(1, 3)}"]
    return {"spec": spec}


def _routes(dice: Dice) -> Text:
    spec: Text = {"hosts": dice.some(_HOSTS, 2) or ["a"], "exportTo": dice.one(_EXPORTS)}
    if dice.chance(0.5):
        spec["gateways"] = dice.some(("mesh", "a", "other/b", "b"), 2) or ["mesh"]
    kind = dice.number(0, 9)
    if kind == 0:
        return {"spec": {"http": rules.rules(dice, NAMES)}}
    if kind == 1:
        target = {"name": dice.one(NAMES), "namespace": dice.one(NAMESPACES)}
        spec["http"] = [{"delegate": target}]
    elif kind == 2:
        match = {"sniHosts": dice.some(_HOSTS[3:], 2) or ["x.example"], "port": 443}
        spec["tls"] = [{"match": [match], "route": _targets(dice)}]
    elif kind == 3:
        spec["tcp"] = [{"match": [{"port": 90}], "route": _targets(dice)}]
    else:
        spec["http"] = rules.rules(dice, NAMES)
    return {"spec": spec}


def _targets(dice: Dice) -> list[Text]:
    return [{"destination": {"host": dice.one(_HOSTS[:4]), "port": {"number": 90}}}]


def _policy(dice: Dice) -> Text:
    spec: Text = {"host": dice.one(_HOSTS), "exportTo": dice.one(_EXPORTS)}
    subsets = dice.some(rules.SUBSETS, 3)
    spec["subsets"] = [{"name": one, "labels": {"version": one}} for one in subsets]
    if dice.chance(0.6):
        spec["trafficPolicy"] = _traffic(dice)
    if dice.chance(0.2):
        spec["workloadSelector"] = {"matchLabels": {"app": dice.one(NAMES)}}
    return {"spec": spec}


def _traffic(dice: Dice) -> Text:
    return dice.one(
        (
            {"loadBalancer": {"simple": dice.one(("RANDOM", "PASSTHROUGH", "ROUND_ROBIN"))}},
            {"loadBalancer": {"consistentHash": {"httpHeaderName": "x-one"}}},
            {"connectionPool": {"http": {"http1MaxPendingRequests": dice.number(1, 3)}}},
            {"tls": {"mode": "SIMPLE", "sni": "x.example"}},
            {"outlierDetection": {"consecutive5xxErrors": dice.number(1, 3)}},
        )
    )


def _gateway(dice: Dice) -> Text:
    servers = [_server(dice) for _ in range(dice.number(1, 2))]
    return {"spec": {"selector": {"istio": dice.one(("ingress", "egress"))}, "servers": servers}}


def _server(dice: Dice) -> Text:
    hosts = dice.some(("*", "x.example", "other/*", "./*.example", "a.default"), 2) or ["*"]
    kind = dice.number(0, 4)
    if kind < 2:
        port = {"number": dice.one((80, 8080)), "name": "http", "protocol": "HTTP"}
        tls: Text = {"tls": {"httpsRedirect": True}} if dice.chance(0.2) else {}
        return {"port": port, "hosts": hosts, **tls}
    if kind == 2:
        return {"port": {"number": 90, "name": "tcp", "protocol": "TCP"}, "hosts": ["*"]}
    port = {"number": 443, "name": dice.one(("https", "https-b")), "protocol": "HTTPS"}
    if kind == 3:
        through = {"mode": "PASSTHROUGH"}
        return {"port": {**port, "protocol": "TLS"}, "hosts": hosts, "tls": through}
    secret = {"mode": "SIMPLE", "credentialName": dice.one(NAMES)}
    return {"port": port, "hosts": hosts, "tls": secret}


def _sidecar(dice: Dice) -> Text:
    spec: Text = {"egress": [{"hosts": dice.some(_SCOPES, 3) or ["./*"]}]}
    if dice.chance(0.3):
        port = {"number": dice.one((80, 90)), "name": "http", "protocol": dice.one(("HTTP", "TCP"))}
        spec["egress"].insert(0, {"port": port, "hosts": dice.some(_SCOPES, 2) or ["*/*"]})
    if dice.chance(0.3):
        port = {"number": 9080, "name": "http", "protocol": "HTTP"}
        spec["ingress"] = [{"port": port, "defaultEndpoint": "127.0.0.1:80"}]
        if dice.chance(0.3):
            spec["ingress"][0]["captureMode"] = "NONE"
    if dice.chance(0.4):
        spec["workloadSelector"] = {"labels": {"app": dice.one(NAMES)}}
    if dice.chance(0.3):
        spec["outboundTrafficPolicy"] = {"mode": dice.one(("ALLOW_ANY", "REGISTRY_ONLY"))}
    if dice.chance(0.2):
        proxy = {"host": dice.one(_HOSTS[:4]), "port": {"number": dice.one((80, 90))}}
        spec["outboundTrafficPolicy"] = {"mode": "ALLOW_ANY", "egressProxy": proxy}
    return {"spec": spec}


def _secret(dice: Dice) -> Text:
    pem = base64.b64encode(f"pem {dice.number(1, 2)}".encode()).decode()
    return {"type": "kubernetes.io/tls", "data": {"tls.crt": pem, "tls.key": pem}}


KINDS: Mapping[str, Callable[[Dice], Text]] = {
    "Service": _service,
    "EndpointSlice": _slice,
    "WorkloadEntry": _workload,
    "ServiceEntry": _entry,
    "VirtualService": _routes,
    "DestinationRule": _policy,
    "Gateway": _gateway,
    "Sidecar": _sidecar,
    "Secret": _secret,
    **underneath.KINDS,
    **attached.KINDS,
}
VERSIONS: Mapping[str, str] = {
    **dict.fromkeys(KINDS, "networking.istio.io/v1"),
    "Service": "v1",
    "Secret": "v1",
    "EndpointSlice": "discovery.k8s.io/v1",
    **underneath.VERSIONS,
    **attached.VERSIONS,
}
