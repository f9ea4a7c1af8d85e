"""Fields that no call of a run can show, each with the reason."""

from collections.abc import Iterable, Mapping

from libs.meshapi.meshconfig.providers import GRPCAuthorizer, HTTPAuthorizer
from libs.meshapi.schema import field_names

_REFUSED_EMPTY = "an empty condition on it is refused by check"
_OLD_VERSION = "clients of a run speak TLS 1.2 and 1.3, and a call does not say which"
_WAYPOINT = "there are no waypoints"
_STARTED = "is read when a proxy starts, and is no part of a view"
_ASKING = "what another service answers is not known before it is asked"
_PROGRAM = "a program may do anything, so that calls through one are not decided"
_KUBERNETES = "is for Kubernetes' own ways to a service, which a proxy does not go"
_PHASES = ("AUTHN", "AUTHZ", "STATS")
_SIDES = ("UNDEFINED", "CLIENT", "SERVER", "CLIENT_AND_SERVER")
_WASM = ("WasmExtension", "WasmPluginSpec")
_WAYS = ("CLOSE", "OPEN", "RELOAD")
_TYPES = ("UNSPECIFIED_PLUGIN_TYPE", "HTTP", "NETWORK")


def _all(reason: str, *fields: str) -> Iterable[tuple[str, str]]:
    return ((field, reason) for field in fields)


NOT_SHOWN: Mapping[str, str] = dict(
    (
        *_all(
            _REFUSED_EMPTY,
            "CorsPolicy.allowOrigins.present",
            "HTTPMatchRequest.authority.present",
            "HTTPMatchRequest.method.present",
            "HTTPMatchRequest.scheme.present",
            "HTTPMatchRequest.uri.present",
            "RequestMatch.hosts.present",
            "RequestMatch.paths.present",
        ),
        *_all(
            _OLD_VERSION,
            "ServerTLS.maxProtocolVersion TLSV1_0",
            "ServerTLS.maxProtocolVersion TLSV1_1",
        ),
        *_all(
            _STARTED,
            "ConfigPatch.applyTo BOOTSTRAP",
            "ProxyConfigSpec.concurrency",
            "ProxyConfigSpec.environmentVariables",
            "ProxyConfigSpec.selector",
            "ProxySettings.concurrency",
            "ProxySettings.proxyMetadata",
        ),
        *_all(
            "asks a server for the configuration of a filter; a run has none",
            "ConfigPatch.applyTo EXTENSION_CONFIG",
        ),
        *_all(
            _ASKING,
            "CheckBody.allowPartialMessage",
            "CheckBody.maxRequestBytes",
            "CheckBody.packAsBytes",
            "ExtensionProvider.envoyExtAuthzGrpc",
            "ExtensionProvider.envoyExtAuthzHttp",
            *(f"GRPCAuthorizer.{name}" for name in field_names(GRPCAuthorizer)),
            *(f"HTTPAuthorizer.{name}" for name in field_names(HTTPAuthorizer)),
        ),
        *_all(
            _PROGRAM,
            "LuaExtension.inlineCode",
            "PluginVariable.name",
            "PluginVariable.value",
            "PluginVariable.valueFrom HOST",
            "PluginVariable.valueFrom INLINE",
            "TrafficExtensionSpec.lua",
            "TrafficExtensionSpec.match",
            *(f"TrafficExtensionSpec.phase {one}" for one in ("UNSPECIFIED", *_PHASES)),
            "TrafficExtensionSpec.priority",
            "TrafficExtensionSpec.selector",
            "TrafficExtensionSpec.targetRefs",
            "TrafficExtensionSpec.wasm",
            *(f"TrafficMatch.mode {one}" for one in _SIDES),
            "TrafficMatch.ports",
            "TrafficPort.number",
            "VmConfig.env",
            *(f"{one}.pluginConfig" for one in _WASM),
            *(f"{one}.pluginName" for one in _WASM),
            *(f"{one}.url" for one in _WASM),
            *(f"{one}.vmConfig" for one in _WASM),
            *(f"{one}.failStrategy FAIL_{way}" for one in _WASM for way in _WAYS),
            *(f"{one}.type {kind}" for one in _WASM for kind in _TYPES),
            "WasmPluginSpec.match",
            *(f"WasmPluginSpec.phase {one}" for one in ("UNSPECIFIED_PHASE", *_PHASES)),
            "WasmPluginSpec.priority",
            "WasmPluginSpec.selector",
            "WasmPluginSpec.targetRef",
            "WasmPluginSpec.targetRefs",
        ),
        *_all(
            _KUBERNETES,
            "ServicePort.nodePort",
            "ServiceSpec.allocateLoadBalancerNodePorts",
            "ServiceSpec.externalIPs",
            "ServiceSpec.externalTrafficPolicy Cluster",
            "ServiceSpec.externalTrafficPolicy Local",
            "ServiceSpec.healthCheckNodePort",
            "ServiceSpec.ipFamilies",
            "ServiceSpec.ipFamilyPolicy",
            "ServiceSpec.loadBalancerClass",
            "ServiceSpec.loadBalancerIP",
            "ServiceSpec.loadBalancerSourceRanges",
            "ServiceSpec.sessionAffinityConfig",
            "ServiceSpec.type LoadBalancer",
            "ServiceSpec.type NodePort",
        ),
        *_all(
            "a proxy takes no such connections",
            "ServicePort.protocol SCTP",
            "ServicePort.protocol UDP",
        ),
        *_all(
            "of a target only its kind and name are written: another namespace is refused by check",
            "PolicyTarget.namespace",
        ),
        *_all("refused by check", "ConfigPatch.applyTo INVALID", "Patch.operation INVALID"),
        *_all("stands for a protocol that is not written", "Tunnel.protocol "),
        *_all(
            _WAYPOINT,
            "ConfigMatch.context WAYPOINT",
            "ConfigMatch.waypoint",
            "WaypointMatch.filter",
            "WaypointMatch.portNumber",
            "WaypointMatch.route",
            "WaypointRouteMatch.name",
        ),
    )
)
