"""Which calls of known workloads and services are in access logs of their proxies.

The proxy of the service that was called sees whether the caller showed a certificate; the proxy of
the caller sees where calls went that leave the mesh. What nobody logs is not there: calls between
workloads without a proxy, calls that a log filter leaves out, and those before the oldest line.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from libs.meshapi.observation import Caller, ObservationSpec, ObservedCall
from libs.meshapi.pod import Pod
from libs.observed.accesslog import Entry
from libs.registry.build import Registry
from libs.registry.service import Endpoint

CALLS_MAX: Final = 10_000
PATHS_MAX: Final = 20
"""So many paths of one caller, service and method are told apart."""

SPIFFE: Final = "spiffe://"
_INBOUND: Final = "inbound|"
_OUTBOUND: Final = "outbound|"
_ELSEWHERE: Final = "PassthroughCluster"
_NAMES: Final = ("service.istio.io/canonical-name", "app.kubernetes.io/name", "app")
_OF_ONE_POD: Final = (
    "controller-revision-hash",
    "pod-template-hash",
    "pod-template-generation",
    "statefulset.kubernetes.io/pod-name",
)
_HTTP_PORTS: Final = {"http": 80, "http2": 80, "tcp": 443}


@dataclass(frozen=True, slots=True)
class Known:
    """Who has which address: services of the registry, and Pods by their own addresses."""

    registry: Registry
    pods: Mapping[str, Pod] = field(default_factory=dict)
    trust_domain: str = "cluster.local"


def observed_calls(lines: Iterable[Entry], known: Known) -> ObservationSpec:
    """Return the calls of a log, each kind once, without the moment at which objects were seen.

    What is left out because nobody is known there, or because it is too much, is counted.
    """
    counts: dict[_Kind, int] = {}
    first, last = "", ""
    for one in lines:
        if one.answered:
            kind = _kind(one)
            counts[kind] = counts.get(kind, 0) + 1
            first, last = min(first or one.at, one.at), max(last, one.at)
    calls, left_out = _calls(counts, known)
    return ObservationSpec(
        calls_from=first or None, calls_until=last or None, unattributed=left_out, calls=calls
    )


_Kind = Entry
"""What lines about calls of one kind have in common."""


def _kind(one: Entry) -> _Kind:
    """Return a line without what differs from connection to connection."""
    return replace(
        one,
        at="",
        remote=replace(one.remote, port=0) if one.remote else None,
        upstream_local=replace(one.upstream_local, port=0) if one.upstream_local else None,
    )


def _calls(counts: Mapping[_Kind, int], known: Known) -> tuple[tuple[ObservedCall, ...], int]:
    """Return what kinds of lines are calls of, one of each kind and caller, and what is left."""
    found: dict[tuple[str, ...], ObservedCall] = {}
    paths: dict[tuple[str, ...], int] = {}
    left_out = 0
    for kind, count in counts.items():
        call = _call(kind, known)
        key = _order(call) if call is not None else ()
        if call is None or (
            key not in found and (paths.get(key[:-1], 0) >= PATHS_MAX or len(found) >= CALLS_MAX)
        ):
            left_out += count
            continue
        if key not in found:
            paths[key[:-1]] = paths.get(key[:-1], 0) + 1
        before = found[key].count if key in found else 0
        found[key] = found.get(key, call).model_copy(update={"count": before + count})
    return tuple(found[key] for key in sorted(found)), left_out


def _order(one: ObservedCall) -> tuple[str, ...]:
    """Return what tells calls apart, the path last."""
    source = one.source
    who = source.namespace, source.workload, source.principal
    whoever = source.address if not any(who) else ""
    how = one.seen_by, one.tls or "", one.protocol, one.method
    return one.host, str(one.port), one.authority, *who, whoever, *how, one.path


def _call(one: Entry, known: Known) -> ObservedCall | None:
    if one.upstream.startswith(_INBOUND):
        return _received(one, known)
    if one.upstream.startswith(_OUTBOUND) or one.upstream == _ELSEWHERE:
        return _sent(one, known)
    return None


def _received(one: Entry, known: Known) -> ObservedCall | None:
    """Return a call as the proxy of its service saw it; None where nobody has its address."""
    service = _service_at(one, known) or _service_named(one.server_name, known)
    if service is None or one.encrypted is None:
        return None
    tls: Literal["mtls", "plaintext"] = "mtls" if one.encrypted else "plaintext"
    source = _caller(one.remote.ip if one.remote else "", one, known, encrypted=one.encrypted)
    return _observed(one, source, service, seen_by="callee").model_copy(update={"tls": tls})


def _sent(one: Entry, known: Known) -> ObservedCall | None:
    """Return a call as the proxy of its caller saw it; None where that is a gateway."""
    local = one.upstream_local.ip if one.upstream_local else ""
    remote = one.remote.ip if one.remote else ""
    if not remote or (remote != local and not remote.startswith("127.") and remote != "::1"):
        return None
    source = _caller(local, one, known, encrypted=False)
    if one.upstream.startswith(_OUTBOUND):
        _, port, _, host = f"{one.upstream}|||".split("|")[:4]
        if not host or not port.isdigit():
            return None
        return _observed(one, source, (host, int(port)), seen_by="caller")
    host = one.authority.partition(":")[0] or one.server_name
    address = one.local.ip if one.local else ""
    port_number = one.local.port if one.local else _HTTP_PORTS[one.protocol]
    if not (host or address):
        return None
    sent = _observed(one, source, (host or address, port_number), seen_by="caller")
    return sent.model_copy(update={"address": address})


def _observed(
    one: Entry, source: Caller, service: tuple[str, int], *, seen_by: Literal["caller", "callee"]
) -> ObservedCall:
    host, port = service
    return ObservedCall(
        source=source,
        host=host,
        port=port,
        authority=one.authority if one.authority != host else "",
        seen_by=seen_by,
        protocol=_PROTOCOL[one.protocol],
        method=one.method,
        path=one.path,
    )


_PROTOCOL: Final[Mapping[str, Literal["http", "http2", "tcp"]]] = {
    "http": "http",
    "http2": "http2",
    "tcp": "tcp",
}


def _service_at(one: Entry, known: Known) -> tuple[str, int] | None:
    """Return the service behind the address that was called.

    Of several it is the one that the caller's proxy or the caller itself named, else the first.
    """
    if one.local is None:
        return None
    found = [*_services(known.registry, one.local.ip, one.local.port)]
    sent = _service_named(one.server_name, known)
    named = one.authority.partition(":")[0]
    fitting = [each for each in found if named and f"{each[0]}.".startswith(f"{named}.")]
    return sent if sent in found else next(iter(fitting or found), None)


def _services(registry: Registry, ip: str, number: int) -> Iterator[tuple[str, int]]:
    for host, endpoint in registry.addresses.get(ip, ()):
        for port in registry.services[host].ports:
            if endpoint.ports.get(port.name) == number:
                yield host, port.number


def _service_named(name: str, known: Known) -> tuple[str, int] | None:
    """Return the service in a name that a sidecar sends: `outbound_.80_.v1_.api.ns.svc...`."""
    parts = name.split("_.", 3)
    if len(parts) != 4 or parts[0] != "outbound" or not parts[1].isdigit():
        return None
    service = known.registry.services.get(parts[3])
    port = int(parts[1])
    return (parts[3], port) if service is not None and service.port(port) is not None else None


def _caller(ip: str, one: Entry, known: Known, *, encrypted: bool) -> Caller:
    """Say who is at an address: a Pod, the endpoint of a service, or nobody who is known."""
    given = one.peer.removeprefix(SPIFFE) if encrypted else ""
    pod = known.pods.get(ip)
    endpoints = known.registry.addresses.get(ip, ())
    if pod is not None:
        account = pod.spec.service_account_name or "default"
        who = _Who(pod.namespace, pod.metadata.labels, account, pod.metadata.name)
    elif endpoints:
        host, endpoint = endpoints[0]
        who = _of_endpoint(endpoint, known.registry.services[host].namespace)
    else:
        return Caller(principal=given, address=ip, namespace=_namespace(given))
    made = f"{known.trust_domain}/ns/{who.namespace}/sa/{who.account}"
    return Caller(
        namespace=who.namespace,
        workload=next((who.labels[name] for name in _NAMES if who.labels.get(name)), who.name),
        labels={key: text for key, text in who.labels.items() if key not in _OF_ONE_POD},
        service_account=who.account,
        principal=given or (made if encrypted else ""),
        address=ip,
    )


@dataclass(frozen=True, slots=True)
class _Who:
    """A workload at an address."""

    namespace: str
    labels: Mapping[str, str]
    account: str
    name: str


def _of_endpoint(one: Endpoint, namespace: str) -> _Who:
    return _Who(
        one.namespace or namespace, one.labels, one.service_account or "default", one.workload
    )


def _namespace(principal: str) -> str:
    """Return the namespace in an identity of a mesh: `domain/ns/NAMESPACE/sa/ACCOUNT`."""
    parts = principal.split("/")
    return parts[2] if len(parts) == 5 and parts[1] == "ns" else ""
