"""Codes of `istioctl analyze` and Kiali under which nothing is said here, and what happens instead.

Every code of theirs stands either in a module of rules or here, once; `docs/lint-codes.md` is
written from both.
"""

from dataclasses import dataclass

from libs.kernel.messages import Level


@dataclass(frozen=True, slots=True)
class SaidAs:
    """The same finding has two codes; it is said as `instead`, in `case` for example."""

    code: str
    text: str
    instead: str
    case: str


@dataclass(frozen=True, slots=True)
class SaidByReader:
    """Reading a file says it, with or without other objects around."""

    code: str
    level: Level
    text: str
    case: str


@dataclass(frozen=True, slots=True)
class Outside:
    """It is about something that no repository of configuration holds. `level` is theirs."""

    code: str
    level: Level
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Unbuilt:
    """It could be found, and is not yet. `level` is theirs, `missing` what it takes."""

    code: str
    level: Level
    text: str
    missing: str


_RUNNING = "It is seen in running Pods, not in files."
_INSTALLATION = "It is about an installation of Istio, which Periplus is not."
_STATUS = "Conditions and statuses are of a cluster, not of a file."

OTHER_CODES: tuple[SaidAs | SaidByReader | Outside | Unbuilt, ...] = (
    Outside("IST0001", Level.ERROR, "The analyzer itself failed.", "Here that is a fault of ours."),
    Outside("IST0103", Level.WARNING, "A Pod has no proxy.", _RUNNING),
    SaidByReader(
        "IST0106",
        Level.ERROR,
        "A field is unknown, missing, of the wrong type, or breaks a rule of its kind.",
        "libs/meshapi/tests/cases/a-value-of-the-wrong-type-is-told-the-type.yaml",
    ),
    SaidByReader(
        "IST0126",
        Level.ERROR,
        "MeshNetworks name a registry that no cluster has.",
        "libs/meshapi/tests/cases/mesh-networks/a-registry-that-no-cluster-has.yaml",
    ),
    Outside("IST0139", Level.ERROR, "A webhook's service or CA is wrong.", _INSTALLATION),
    Outside("IST0141", Level.ERROR, "Permissions to install are missing.", _INSTALLATION),
    Outside("IST0142", Level.ERROR, "Kubernetes is too old for Istio.", _INSTALLATION),
    Outside("IST0143", Level.ERROR, "A workload listens on localhost only.", _RUNNING),
    Outside("IST0148", Level.INFO, "The injector injects by default.", _INSTALLATION),
    Outside("IST0156", Level.ERROR, "Gateway API's definitions are too old.", _INSTALLATION),
    Outside("IST0158", Level.WARNING, "Proxies of a namespace have another image.", _RUNNING),
    Outside("IST0163", Level.WARNING, "A control plane's address is wrong.", _INSTALLATION),
    Outside("IST0164", Level.INFO, "A control plane's address is an IP.", _INSTALLATION),
    Outside("IST0168", Level.WARNING, "An upgrade may change behaviour.", _INSTALLATION),
    Outside("IST0169", Level.WARNING, "An upgrade changes behaviour.", _INSTALLATION),
    Outside("IST0171", Level.WARNING, "An object has a negative condition.", _STATUS),
    Outside("IST0172", Level.WARNING, "Gateway API is newer than known.", _INSTALLATION),
    Outside(
        "IST0175",
        Level.WARNING,
        "Keys of tokens are fetched from any address.",
        "The setting that forbids it is an environment variable of Istio's control plane.",
    ),
    Outside("IST0176", Level.WARNING, "Gateway API is older than known.", _INSTALLATION),
    SaidAs(
        "KIA0004",
        "A selector matches no workload.",
        "IST0127",
        "libs/lint/tests/cases/policies-that-select-nothing",
    ),
    SaidAs(
        "KIA0202",
        "A DestinationRule's host is no service's.",
        "IST0174",
        "libs/lint/tests/cases/a-DestinationRule-for-a-host-that-no-service-has",
    ),
    SaidAs(
        "KIA0203",
        "A subset's labels match no workload.",
        "IST0173",
        "libs/lint/tests/cases/a-subset-whose-labels-no-workload-has",
    ),
    SaidAs(
        "KIA0301",
        "Two Gateways are for one host and port.",
        "IST0145",
        "libs/lint/tests/cases/two-gateways-with-one-TLS-host-and-port",
    ),
    SaidAs(
        "KIA0505",
        "A namespace switches mutual TLS off, and a DestinationRule speaks it.",
        "KIA0206",
        "libs/lint/tests/cases/mutual-TLS-on-which-two-sides-of-a-namespace-disagree",
    ),
    SaidAs(
        "KIA0506",
        "The mesh switches mutual TLS off, and a DestinationRule speaks it.",
        "KIA0205",
        "libs/lint/tests/cases/mutual-TLS-that-the-mesh-switches-off",
    ),
    SaidAs(
        "KIA0601",
        "A port's name says no protocol.",
        "IST0118",
        "libs/lint/tests/cases/a-port-whose-name-says-no-protocol",
    ),
    SaidAs(
        "KIA0602",
        "A port's `appProtocol` says no protocol.",
        "IST0118",
        "libs/lint/tests/cases/an-appProtocol-that-names-no-protocol",
    ),
    SaidAs(
        "KIA1101",
        "A destination's host is no service's.",
        "IST0101",
        "libs/lint/tests/cases/a-destination-host-that-no-service-has",
    ),
    SaidAs(
        "KIA1102",
        "A gateway is not there.",
        "IST0101",
        "libs/lint/tests/cases/a-gateway-that-is-not-there",
    ),
    SaidAs(
        "KIA1106",
        "Two VirtualServices are for one host.",
        "IST0109",
        "libs/lint/tests/cases/two-virtual-services-for-one-mesh-host-in-stated-order",
    ),
    SaidAs(
        "KIA1107",
        "A destination's subset is not defined.",
        "IST0101",
        "libs/lint/tests/cases/a-subset-that-is-spelled-wrongly",
    ),
    SaidAs(
        "KIA1212",
        "ServiceEntries say different protocols for one host and port.",
        "IST0177",
        "libs/lint/tests/cases/ServiceEntries-for-one-host-and-port",
    ),
    Outside("KIA1314", Level.ERROR, "A Pod with sidecar labels is in ambient mode.", _RUNNING),
    SaidAs(
        "KIA1317",
        "A workload's rules about requests need a waypoint.",
        "KIA0109",
        "libs/lint/tests/cases/policies-about-requests-in-ambient-mode",
    ),
    SaidAs(
        "KIA1503",
        "Two listeners of a Gateway are the same.",
        "IST0106",
        "libs/meshapi/tests/cases/gateways-of-the-gateway-api-are-told-what-is-wrong.yaml",
    ),
)
