"""Random objects that attach to proxies rather than to hosts."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.agree.dice import Dice
from tests.simulation.words import NAMES, NAMESPACES, Text

TRACER: Final = "tracer"
"""Name of a provider that some meshes have."""

_LUA = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"
_ROUTER = {"filterChain": {"filter": {"subFilter": {"name": "envoy.filters.http.router"}}}}
_NAMED = {"name": "envoy.filters.network.http_connection_manager"}
_HOST_OF_A = {"vhost": {"name": "a.default.svc.cluster.local:80"}}
_MODES = ("STRICT", "PERMISSIVE", "DISABLE", "UNSET")


def _patch(dice: Dice) -> Text:
    """Draw one patch whose result Envoy takes."""
    apply_to, match, operation, value = dice.one(_patches(dice.number(1, 3), dice.number(1, 10**9)))
    context = dice.one(("ANY", "ANY", "SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "GATEWAY"))
    written: Text = {"operation": operation} | ({} if value is None else {"value": value})
    return {"applyTo": apply_to, "match": {"context": context, **match}, "patch": written}


def _patches(number: int, unique: int) -> tuple[tuple[str, Text, str, Text | None], ...]:
    code = f"function envoy_on_request(h) h:logInfo('{number}') end"
    lua = {
        "name": "patched",
        "typed_config": {"@type": _LUA, "default_source_code": {"inline_string": code}},
    }
    answer = {"name": f"r{number}", "match": {"prefix": "/r"}, "direct_response": {"status": 200}}
    fixed = {"name": f"added-{unique}", "type": "STATIC", "connect_timeout": "1s"}
    of_a: Text = {"cluster": {"service": "a.default.svc.cluster.local"}}
    first: Text = {"vhost": {**_HOST_OF_A["vhost"], "route": {"action": "ANY"}}}
    return (
        ("CLUSTER", {}, "MERGE", {"connect_timeout": f"{number}s"}),
        ("CLUSTER", of_a, "MERGE", {"connect_timeout": f"{number + 3}s"}),
        ("CLUSTER", {}, "ADD", fixed),
        ("HTTP_ROUTE", {}, "MERGE", {"name": f"patched-{number}"}),
        ("HTTP_ROUTE", {"routeConfiguration": first}, "INSERT_FIRST", answer),
        ("ROUTE_CONFIGURATION", {}, "MERGE", {"response_headers_to_remove": [f"x-{number}"]}),
        ("VIRTUAL_HOST", {}, "MERGE", {"include_request_attempt_count": False}),
        ("VIRTUAL_HOST", {"routeConfiguration": _HOST_OF_A}, "REMOVE", None),
        ("LISTENER", {}, "MERGE", {"per_connection_buffer_limit_bytes": 4096 * number}),
        ("LISTENER", {"listener": {"name": "0.0.0.0_80"}}, "REMOVE", None),
        ("HTTP_FILTER", {"listener": _ROUTER}, "INSERT_BEFORE", lua),
        (
            "NETWORK_FILTER",
            {"listener": {"filterChain": {"filter": _NAMED}}},
            "MERGE",
            {"typed_config": {"@type": _MANAGER, "server_name": f"s{number}"}},
        ),
    )


_MANAGER = (
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3."
    "HttpConnectionManager"
)


def _filter(dice: Dice) -> Text:
    spec: Text = {"configPatches": [_patch(dice) for _ in range(dice.number(1, 2))]}
    if dice.chance(0.5):
        spec["workloadSelector"] = {"labels": {"app": dice.one(NAMES)}}
    if dice.chance(0.3):
        spec["priority"] = dice.number(-1, 1)
    return {"spec": spec}


def _limit(dice: Dice) -> Text:
    spec: Text = {"limits": [{"name": "all", "requests": dice.number(1, 3), "per": "1s"}]}
    if dice.chance(0.4):
        spec["services"] = [dice.one(NAMES)]
    elif dice.chance(0.5):
        spec |= _selecting(dice)
    return {"spec": spec}


def _telemetry(dice: Dice) -> Text:
    spec: Text = _selecting(dice) if dice.chance(0.5) else {}
    if dice.chance(0.6):
        log: Text = {"providers": [{"name": dice.one(("envoy", "envoy", "missing"))}]}
        if dice.chance(0.4):
            log["disabled"] = True
        if dice.chance(0.3):
            log["filter"] = {"expression": f"response.code >= {400 + dice.number(0, 2)}"}
        if dice.chance(0.4):
            log["match"] = {"mode": dice.one(("CLIENT", "SERVER", "CLIENT_AND_SERVER"))}
        spec["accessLogging"] = [log]
    if dice.chance(0.5):
        percent = float(dice.number(0, 100))
        spec["tracing"] = [{"providers": [{"name": TRACER}], "randomSamplingPercentage": percent}]
    return {"spec": spec}


def _program(dice: Dice) -> Text:
    code = f"function envoy_on_request(handle) handle:logInfo('{dice.number(1, 3)}') end"
    spec: Text = {"lua": {"inlineCode": code}}
    if dice.chance(0.5):
        spec |= _selecting(dice)
    if dice.chance(0.3):
        spec["priority"] = dice.number(0, 3)
    return {"spec": spec}


def _plugin(dice: Dice) -> Text:
    """A module that nobody fetches: what is said of it is all."""
    spec: Text = {"url": f"oci://example/{dice.number(1, 2)}"}
    if dice.chance(0.5):
        spec |= _selecting(dice)
    return {"spec": spec}


def _peers(dice: Dice) -> Text:
    spec: Text = {"mtls": {"mode": dice.one(_MODES)}} if dice.chance(0.8) else {}
    if dice.chance(0.5):
        spec |= _selecting(dice)
        if dice.chance(0.5):
            spec["portLevelMtls"] = {str(dice.one((80, 90, 8000))): {"mode": dice.one(_MODES)}}
    return {"spec": spec}


def _authorization(dice: Dice) -> Text:
    spec: Text = {"action": dice.one(("ALLOW", "DENY", "AUDIT"))}
    if dice.chance(0.5):
        spec |= _selecting(dice)
    if dice.chance(0.8):
        operation = {"methods": [dice.one(("GET", "POST"))], "paths": [dice.one(("/a", "/b*"))]}
        source = {"namespaces": [dice.one(NAMESPACES)]}
        spec["rules"] = [{"to": [{"operation": operation}], "from": [{"source": source}]}]
        if dice.chance(0.3):
            spec["rules"][0].pop("from")
    return {"spec": spec}


def _tokens(dice: Dice) -> Text:
    rule: Text = {"issuer": dice.one(("one", "two")), "jwks": '{"keys": []}'}
    if dice.chance(0.4):
        rule["audiences"] = [dice.one(NAMES)]
    spec: Text = _selecting(dice) if dice.chance(0.5) else {}
    return {"spec": {**spec, "jwtRules": [rule]}}


def _settings(dice: Dice) -> Text:
    return {"spec": {"concurrency": dice.number(0, 2)}}


def _selecting(dice: Dice) -> dict[str, Any]:
    return {"selector": {"matchLabels": {"app": dice.one(NAMES)}}}


KINDS: Mapping[str, Callable[[Dice], Text]] = {
    "RateLimit": _limit,
    "EnvoyFilter": _filter,
    "Telemetry": _telemetry,
    "TrafficExtension": _program,
    "WasmPlugin": _plugin,
    "PeerAuthentication": _peers,
    "AuthorizationPolicy": _authorization,
    "RequestAuthentication": _tokens,
    "ProxyConfig": _settings,
}
VERSIONS: Mapping[str, str] = {
    "RateLimit": "periplus.io/v1alpha1",
    "EnvoyFilter": "networking.istio.io/v1alpha3",
    "Telemetry": "telemetry.istio.io/v1",
    "TrafficExtension": "extensions.istio.io/v1alpha1",
    "WasmPlugin": "extensions.istio.io/v1alpha1",
    "PeerAuthentication": "security.istio.io/v1",
    "AuthorizationPolicy": "security.istio.io/v1",
    "RequestAuthentication": "security.istio.io/v1",
    "ProxyConfig": "networking.istio.io/v1beta1",
}
