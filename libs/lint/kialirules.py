"""Rules under Kiali's codes, further ones than those in `rules`.

Levels are Kiali's, except where a line here or a module says why: what only may be wrong, or has no
effect on a call, is no error here.
"""

from libs.desired.finding import Rule
from libs.kernel.messages import Level, MessageClass

_OBJECT, _REFERENCE, _CONFLICT = (
    MessageClass.OBJECT,
    MessageClass.REFERENCE,
    MessageClass.CONFLICT,
)

SEVERAL_GENERAL = Rule("KIA0002", Level.ERROR, _CONFLICT)
"""Two policies of a kind that do not add up are for a whole namespace.

A warning where a stated order decides.
"""

SEVERAL_FOR_WORKLOAD = Rule("KIA0003", Level.ERROR, _CONFLICT)
"""Two policies of a kind that do not add up select one workload.

A warning where a stated order decides.
"""

EXPORT_TO_NOWHERE = Rule("KIA0005", Level.WARNING, _REFERENCE)
"""`exportTo` names a namespace that is not there. Kiali calls it an error."""

CALLER_NAMESPACE = Rule("KIA0101", Level.WARNING, _REFERENCE)
"""An AuthorizationPolicy names callers of a namespace that is not there."""

METHOD = Rule("KIA0102", Level.WARNING, _OBJECT)
"""An AuthorizationPolicy names a method that HTTP does not have."""

POLICY_HOST = Rule("KIA0104", Level.WARNING, _REFERENCE)
"""An AuthorizationPolicy names a host of the mesh that no service has. Kiali: error."""

IDENTITY_WITHOUT_MTLS = Rule("KIA0105", Level.ERROR, _CONFLICT)
"""An AuthorizationPolicy asks for the identity of callers, and mutual TLS is switched off."""

ACCOUNT = Rule("KIA0106", Level.WARNING, _REFERENCE)
"""An AuthorizationPolicy names a service account that is not there. Kiali: error."""

REMOTE_ACCOUNT = Rule("KIA0107", Level.INFO, _REFERENCE)
"""An AuthorizationPolicy names a service account that only other clusters have."""

TRUST_DOMAIN = Rule("KIA0108", Level.WARNING, _REFERENCE)
"""A principal is of a trust domain that is not the mesh's."""

AUTHORIZATION_WITHOUT_WAYPOINT = Rule("KIA0109", Level.WARNING, _REFERENCE)
"""An AuthorizationPolicy about requests, where calls pass no waypoint."""

AUTHORIZATION_WITHOUT_TARGET = Rule("KIA0110", Level.WARNING, _REFERENCE)
"""An AuthorizationPolicy about requests without `targetRefs`, in ambient mode."""

TLS_OVERRIDDEN = Rule("KIA0204", Level.WARNING, _CONFLICT)
"""A DestinationRule for a host replaces a wider one and leaves out its TLS settings."""

MESH_MTLS_REFUSED = Rule("KIA0205", Level.ERROR, _CONFLICT)
"""A DestinationRule speaks mutual TLS to workloads of a mesh that switches it off."""

NAMESPACE_MTLS_REFUSED = Rule("KIA0206", Level.ERROR, _CONFLICT)
"""A DestinationRule speaks mutual TLS to workloads of a namespace that switches it off."""

NAMESPACE_MTLS_MISSING = Rule("KIA0207", Level.WARNING, _CONFLICT)
"""A DestinationRule speaks no mutual TLS to workloads of a namespace that demands it. Kiali: error.
"""

MESH_MTLS_MISSING = Rule("KIA0208", Level.WARNING, _CONFLICT)
"""A DestinationRule speaks no mutual TLS to workloads of a mesh that demands it. Kiali: error."""

SUBSET_WITHOUT_LABELS = Rule("KIA0209", Level.WARNING, _OBJECT)
"""A subset without labels is the whole service."""

POLICY_WITHOUT_WAYPOINT = Rule("KIA0210", Level.WARNING, _REFERENCE)
"""A DestinationRule about requests of ambient callers that pass no waypoint."""

POLICY_PAST_WAYPOINT = Rule("KIA0211", Level.WARNING, _REFERENCE)
"""A DestinationRule about requests to an ambient Service without a waypoint."""

POLICY_ELSEWHERE = Rule("KIA0212", Level.WARNING, _REFERENCE)
"""A DestinationRule for an ambient Service of another namespace."""

GATEWAY_SELECTS_NOTHING = Rule("KIA0302", Level.WARNING, _REFERENCE)
"""A Gateway's selector matches no workload."""

MESH_WITHOUT_AUTO_MTLS = Rule("KIA0401", Level.ERROR, _CONFLICT)
"""The mesh demands mutual TLS, and neither it nor a DestinationRule makes clients speak it."""

NAMESPACE_WITHOUT_AUTO_MTLS = Rule("KIA0501", Level.ERROR, _CONFLICT)
"""A namespace demands mutual TLS, and neither mesh nor DestinationRule makes clients speak it."""

TARGET_PORT = Rule("KIA0701", Level.WARNING, _REFERENCE)
"""A Service's target port that no container of its Deployments has."""

ROOT_SIDECAR_SELECTS = Rule("KIA1006", Level.WARNING, _OBJECT)
"""A Sidecar of the root namespace with a selector."""

OUTBOUND_MODE = Rule("KIA1007", Level.INFO, _OBJECT)
"""An outbound policy without a mode means REGISTRY_ONLY."""

SINGLE_WEIGHT = Rule("KIA1104", Level.WARNING, _OBJECT)
"""The only destination of a rule has a weight, and gets everything all the same."""

SUBSET_REPEATED = Rule("KIA1105", Level.WARNING, _OBJECT)
"""A rule names one destination twice."""

OLD_GATEWAY_NAME = Rule("KIA1108", Level.INFO, _OBJECT)
"""A gateway is named as a host instead of as `namespace/name`."""

ROUTES_WITHOUT_WAYPOINT = Rule("KIA1109", Level.WARNING, _REFERENCE)
"""A VirtualService for ambient callers that pass no waypoint."""

TOKENS_WITHOUT_WAYPOINT = Rule("KIA1110", Level.WARNING, _REFERENCE)
"""A RequestAuthentication where calls pass no waypoint."""

PLUGIN_WITHOUT_WAYPOINT = Rule("KIA1111", Level.WARNING, _REFERENCE)
"""A WasmPlugin where calls pass no waypoint."""

TELEMETRY_WITHOUT_WAYPOINT = Rule("KIA1112", Level.WARNING, _REFERENCE)
"""A Telemetry about requests, where calls pass no waypoint."""

ROUTES_PAST_WAYPOINT = Rule("KIA1113", Level.WARNING, _REFERENCE)
"""A VirtualService for an ambient Service without a waypoint."""

ROUTES_ELSEWHERE = Rule("KIA1114", Level.WARNING, _REFERENCE)
"""A VirtualService for an ambient Service of another namespace."""

TOKENS_WITHOUT_TARGET = Rule("KIA1115", Level.WARNING, _REFERENCE)
"""A RequestAuthentication without `targetRefs`, in ambient mode."""

PLUGIN_WITHOUT_TARGET = Rule("KIA1116", Level.WARNING, _REFERENCE)
"""A WasmPlugin without `targetRefs`, in ambient mode."""

TELEMETRY_WITHOUT_TARGET = Rule("KIA1117", Level.WARNING, _REFERENCE)
"""A Telemetry about requests without `targetRefs`, in ambient mode."""

ENTRY_TWICE = Rule("KIA1211", Level.WARNING, _CONFLICT)
"""ServiceEntries of different namespaces are for one host and port."""

NO_AUTHORIZATION = Rule("KIA1301", Level.INFO, _OBJECT)
"""A workload that no AuthorizationPolicy is for, in a namespace where others have one."""

SIDECARS_AND_AMBIENT = Rule("KIA1311", Level.WARNING, _CONFLICT)
"""A namespace asks for sidecars and for ambient mode. Kiali: error; the sidecar wins."""

WAYPOINT_WITHOUT_AMBIENT = Rule("KIA1312", Level.WARNING, _REFERENCE)
"""A waypoint is named for workloads that are not in ambient mode."""

WAYPOINT_MISSING = Rule("KIA1313", Level.ERROR, _REFERENCE)
"""A waypoint that is not there."""

POD_SIDECAR_AND_AMBIENT = Rule("KIA1315", Level.WARNING, _CONFLICT)
"""Pods ask for a sidecar and for ambient mode. Kiali: error; the sidecar wins."""

SIDECAR_IN_AMBIENT = Rule("KIA1316", Level.WARNING, _CONFLICT)
"""Pods ask for a sidecar in a namespace in ambient mode."""

PARENT_MISSING = Rule("KIA1401", Level.ERROR, _REFERENCE)
"""A route's Gateway, or the listener that it names, is not there."""

BACKEND_MISSING = Rule("KIA1402", Level.ERROR, _REFERENCE)
"""A route's backend Service, or its port, is not there."""

LISTENER_TWICE = Rule("KIA1501", Level.WARNING, _CONFLICT)
"""Two Gateways of one class want the same address, port and hostname."""

ADDRESS_TWICE = Rule("KIA1502", Level.WARNING, _CONFLICT)
"""Two Gateways want one address."""

CLASS_MISSING = Rule("KIA1504", Level.WARNING, _REFERENCE)
"""A Gateway's class is not there. Kiali: error; a controller may bring its class itself."""

GRANT_TO_NOBODY = Rule("KIA1601", Level.WARNING, _REFERENCE)
"""A ReferenceGrant is for a namespace that is not there. Kiali: error; no call is hurt."""

GROUP_ACCOUNT = Rule("KIA1701", Level.WARNING, _REFERENCE)
"""A WorkloadGroup's service account is not there."""

GROUP_LABELS = Rule("KIA1702", Level.WARNING, _CONFLICT)
"""Two WorkloadGroups of a namespace have the same labels."""
