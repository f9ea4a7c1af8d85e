"""Fields that no call of a run can show, each with the reason."""

from collections.abc import Iterable, Mapping

_REFUSED_EMPTY = "an empty condition on it is refused by check"
_OLD_VERSION = "clients of a run speak TLS 1.2 and 1.3, and a call does not say which"
_INTERCEPTING = "needs connections that are redirected into the proxy"
_WAYPOINT = "there are no waypoints"
_HIDDEN = "listener filters find things out, and answers do not tell which of them did"


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
        ),
        *_all(
            _OLD_VERSION,
            "ServerTLS.maxProtocolVersion TLSV1_0",
            "ServerTLS.maxProtocolVersion TLSV1_1",
        ),
        *_all(
            _INTERCEPTING,
            "EgressListener.captureMode IPTABLES",
            "IngressListener.captureMode IPTABLES",
            "FilterChainMatch.destinationPort",
            "FilterChainMatch.name",
        ),
        *_all(_HIDDEN, "ConfigPatch.applyTo LISTENER_FILTER", "ListenerMatch.listenerFilter"),
        *_all(
            "is read when a proxy starts, and is no part of a view",
            "ConfigPatch.applyTo BOOTSTRAP",
        ),
        *_all(
            "asks a server for the configuration of a filter; a run has none",
            "ConfigPatch.applyTo EXTENSION_CONFIG",
        ),
        *_all(
            "only the number and the name of a listener tell it",
            "ListenerMatch.portName",
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
            "EnvoyFilterSpec.targetRefs",
            "PolicyTarget.group",
            "PolicyTarget.kind",
            "PolicyTarget.name",
            "PolicyTarget.namespace",
        ),
    )
)
