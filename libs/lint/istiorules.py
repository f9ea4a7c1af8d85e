"""Rules under codes of `istioctl analyze`, further ones than those in `rules`.

Levels are Istio's, except where a module says why.
"""

from libs.desired.finding import Rule
from libs.kernel.messages import Level, MessageClass

_OBJECT, _REFERENCE, _CONFLICT = (
    MessageClass.OBJECT,
    MessageClass.REFERENCE,
    MessageClass.CONFLICT,
)

DEPRECATED_FIELD = Rule("IST0002", Level.WARNING, _OBJECT)
"""A field in an old spelling that has a successor."""

NOT_INJECTED = Rule("IST0102", Level.INFO, _OBJECT)
"""A namespace with Pods or Deployments does not say whether proxies are injected."""

ANNOTATION_ELSEWHERE = Rule("IST0107", Level.WARNING, _OBJECT)
"""An annotation of Istio's on a kind that does not know it."""

ANNOTATION_UNKNOWN = Rule("IST0108", Level.WARNING, _OBJECT)
"""An annotation under a domain of Istio's that Istio does not know."""

SAME_PORT_TWO_PROTOCOLS = Rule("IST0116", Level.WARNING, _CONFLICT)
"""A workload's port belongs to several Services that say different protocols."""

INJECTION_LABELS = Rule("IST0123", Level.WARNING, _OBJECT)
"""A namespace has two labels that decide about injection."""

ANNOTATION_VALUE = Rule("IST0125", Level.WARNING, _OBJECT)
"""An annotation has a value that it cannot have."""

SELECTS_NOTHING = Rule("IST0127", Level.WARNING, _REFERENCE)
"""A policy's selector matches no workload of its namespace."""

TLS_WITHOUT_CA = Rule("IST0128", Level.WARNING, _OBJECT)
"""A DestinationRule speaks TLS to servers and checks no certificate."""

PORT_TLS_WITHOUT_CA = Rule("IST0129", Level.WARNING, _OBJECT)
"""The same for one port of a DestinationRule."""

SUSPICIOUS = Rule("IST0133", Level.WARNING, _OBJECT)
"""Valid, and most likely not what is meant."""

ENTRY_WITHOUT_ADDRESS = Rule("IST0134", Level.WARNING, _OBJECT)
"""A ServiceEntry with a TCP port has no address, so its port takes the calls to any address."""

ANNOTATION_DEPRECATED = Rule("IST0135", Level.INFO, _OBJECT)
"""An annotation that Istio has given up."""

ANNOTATION_ALPHA = Rule("IST0136", Level.INFO, _OBJECT)
"""An annotation that Istio calls alpha."""

TARGET_PORTS_DISAGREE = Rule("IST0137", Level.WARNING, _CONFLICT)
"""Services of one Deployment lead different ports of theirs to one port of its Pods."""

SHARED_CERTIFICATE = Rule("IST0138", Level.WARNING, _CONFLICT)
"""Gateways of the same proxies show one certificate for different hosts."""

NOT_AT_INGRESS = Rule("IST0140", Level.WARNING, _CONFLICT)
"""Rules for sidecars that choose subsets, and a gateway that sends to the same host past them."""

PROXY_USER = Rule("IST0144", Level.WARNING, _OBJECT)
"""A container runs as the user whose calls are not intercepted."""

IMAGE_WITHOUT_INJECTION = Rule("IST0146", Level.WARNING, _OBJECT)
"""A Deployment waits for an injected image where nothing is injected."""

POD_IMAGE_WITHOUT_INJECTION = Rule("IST0147", Level.ERROR, _OBJECT)
"""A Pod waits for an injected image where nothing is injected."""

CLAIMS_WITHOUT_TOKENS = Rule("IST0149", Level.ERROR, _REFERENCE)
"""A rule matches claims of tokens that no RequestAuthentication reads at its gateway."""

EXTERNAL_NAME_PORT = Rule("IST0150", Level.WARNING, _OBJECT)
"""A port of an ExternalName service says no protocol, or TCP, and has no address of its own."""

RELATIVE_PATCH = Rule("IST0151", Level.WARNING, _OBJECT)
"""A patch is relative to what others patch, and its EnvoyFilter has no priority."""

WRONG_REPLACE = Rule("IST0152", Level.WARNING, _OBJECT)
"""Operation REPLACE on a part that cannot be replaced. Istio calls it an error."""

WRONG_ADD = Rule("IST0153", Level.WARNING, _OBJECT)
"""Operation ADD on a part that nothing can be added to. Istio calls it an error."""

WRONG_REMOVE = Rule("IST0154", Level.WARNING, _OBJECT)
"""Operation REMOVE on a part that cannot be removed. Istio calls it an error."""

RELATIVE_PATCH_BY_VERSION = Rule("IST0155", Level.WARNING, _OBJECT)
"""A relative patch without priority that is for some proxy versions only."""

NO_PROVIDER = Rule("IST0157", Level.WARNING, _REFERENCE)
"""A Telemetry names no provider, and the mesh has no default one."""

TELEMETRIES_OF_ONE_WORKLOAD = Rule("IST0159", Level.ERROR, _CONFLICT)
"""Two Telemetries select one workload; a warning where a stated order decides."""

TELEMETRIES_OF_ONE_NAMESPACE = Rule("IST0160", Level.ERROR, _CONFLICT)
"""Two Telemetries are for a whole namespace; a warning where a stated order decides."""

BAD_CREDENTIAL = Rule("IST0161", Level.ERROR, _REFERENCE)
"""A Secret that a Gateway names has no certificate or no key."""

PORT_NOT_ON_SERVICE = Rule("IST0162", Level.WARNING, _REFERENCE)
"""A port of a Gateway that no Service of its proxies has."""

INTERNAL_GATEWAY = Rule("IST0165", Level.WARNING, _REFERENCE)
"""A VirtualService names a gateway that Istio generates from a Gateway API object."""

SELECTOR_OF_GATEWAY = Rule("IST0166", Level.WARNING, _OBJECT)
"""A policy selects the proxies of a Gateway API object by label instead of by reference."""

AMBIENT_SIDECAR = Rule("IST0167", Level.WARNING, _CONFLICT)
"""A Sidecar for a namespace or workloads that run without sidecars."""

ENTRIES_DISAGREE = Rule("IST0177", Level.WARNING, _CONFLICT)
"""ServiceEntries say different protocols for one host and port."""
