"""The rules that findings are about: code, usual level, class. One name per kind of finding.

IST codes are those of `istioctl analyze`, KIA codes Kiali's; levels differ from theirs only where
a module says why.
"""

from libs.desired.finding import Rule
from libs.kernel.messages import Level, MessageClass

_OBJECT, _REFERENCE, _CONFLICT = (
    MessageClass.OBJECT,
    MessageClass.REFERENCE,
    MessageClass.CONFLICT,
)

MISSING = Rule("IST0101", Level.ERROR, _REFERENCE)
"""A host, port, subset or gateway is named and not there."""

HOST_CLAIMED_TWICE = Rule("IST0109", Level.WARNING, _CONFLICT)
"""Two VirtualServices are for one host of the mesh, and a stated order decides. Istio: error."""

SIDECARS_OF_ONE_WORKLOAD = Rule("IST0110", Level.ERROR, _CONFLICT)
"""Two Sidecars select one workload."""

SIDECARS_OF_ONE_NAMESPACE = Rule("IST0111", Level.ERROR, _CONFLICT)
"""Two Sidecars are for a whole namespace."""

PORT_NEEDED = Rule("IST0112", Level.ERROR, _REFERENCE)
"""A destination has several ports and none is named."""

PORT_NAME = Rule("IST0118", Level.INFO, _OBJECT)
"""A port's name says no protocol."""

NEVER_REACHED = Rule("IST0130", Level.WARNING, _OBJECT)
"""Earlier rules take everything that a rule matches."""

MATCH_WITHOUT_EFFECT = Rule("IST0131", Level.INFO, _OBJECT)
"""Earlier rules take everything that one of several matches takes."""

HOST_NOT_IN_GATEWAY = Rule("IST0132", Level.WARNING, _REFERENCE)
"""A VirtualService's host that its gateway does not serve."""

GATEWAY_CONFLICT = Rule("IST0145", Level.ERROR, _CONFLICT)
"""Two Gateways are for one host and port of the same proxies."""

SUBSET_WITHOUT_WORKLOAD = Rule("IST0173", Level.WARNING, _REFERENCE)
"""No workload has the labels of a subset. Istio: error; workloads may come later."""

POLICY_WITHOUT_SERVICE = Rule("IST0174", Level.WARNING, _REFERENCE)
"""A DestinationRule for a host that no service has."""

SUBSET_TWICE = Rule("KIA0201", Level.WARNING, _CONFLICT)
"""Two DestinationRules define the same subset, or the same policy, of one host."""

IMPORT_WITHOUT_SERVICE = Rule("KIA1004", Level.WARNING, _REFERENCE)
"""A Sidecar imports a host that no service has."""

ORDER_NOT_STATED = Rule("PER0301", Level.ERROR, _CONFLICT)
"""The order of two objects decides, and nothing states it."""

WEIGHTS = Rule("PER0302", Level.WARNING, _OBJECT)
"""Weights that people read as percent and that are none."""

REGEX = Rule("PER0303", Level.ERROR, _OBJECT)
"""A regular expression that Envoy refuses."""

NEVER_HEALTHY = Rule("PER0304", Level.WARNING, _OBJECT)
"""A workload that is called once a probe has passed, and nobody says that one has."""

PLAIN_SECRET = Rule("PER0310", Level.ERROR, _OBJECT)
"""A Secret whose values can be read in the repository."""

PATCH = Rule("PER0320", Level.ERROR, _OBJECT)
"""A patch of an EnvoyFilter whose value is not what Envoy reads."""

EXPRESSION = Rule("PER0321", Level.ERROR, _OBJECT)
"""An expression of a filter that Envoy cannot read."""

WITHOUT_EFFECT = Rule("PER0103", Level.WARNING, _OBJECT)
"""Something that is read and kept, and nothing acts on it."""

SERVICE_DIFFERS = Rule("IST0170", Level.WARNING, _CONFLICT)
"""A Service differs from cluster to cluster."""

HOST_DIFFERS = Rule("PER0312", Level.WARNING, _CONFLICT)
"""A host is one thing in some clusters and another in others, an entry in one of them at least."""

NEVER_REACHED_MERGED = Rule("PER0311", Level.WARNING, _CONFLICT)
"""Rules of other VirtualServices for the same host of a gateway take all requests of a rule."""

PLAIN_CLIENT = Rule("PER0313", Level.WARNING, MessageClass.CLUSTER)
"""Workloads without a proxy, where a PeerAuthentication demands mutual TLS."""

NEVER_FITS = Rule("PER0350", Level.WARNING, _OBJECT)
"""A rule of an AuthorizationPolicy, or a value in one, that no call fits."""

DENIED_ANYWAY = Rule("PER0351", Level.WARNING, _CONFLICT)
"""A denial takes all calls that a rule of an AuthorizationPolicy allows."""

NO_SUCH_PORT = Rule("PER0352", Level.WARNING, _REFERENCE)
"""A port in an AuthorizationPolicy that the selected workloads do not have."""

REQUESTS_OF_BYTES = Rule("PER0353", Level.WARNING, _CONFLICT)
"""A rule about requests for ports at which nothing is known but bytes."""

TOKENS_NOT_READ = Rule("PER0354", Level.WARNING, _REFERENCE)
"""A rule about tokens, where no RequestAuthentication reads any."""

CALL_REFUSED = Rule("PER0314", Level.WARNING, MessageClass.CLUSTER)
"""Calls are refused that the facts of a cluster show happening."""

SEEN_ELSEWHERE = Rule("PER0315", Level.ERROR, _OBJECT)
"""What was seen of a cluster stands in a file that nobody looks for it in."""
