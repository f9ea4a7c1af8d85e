"""Rules of a DestinationRule."""

from collections.abc import Iterator

from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import (
    alternatives,
    duration_problem,
    durations,
    exports,
    unique,
    written,
)
from libs.meshapi.rules.selection import labels
from libs.meshapi.trafficpolicy import (
    ClientTLS,
    ConnectionPool,
    LoadBalancer,
    LocalityLoadBalancer,
    PortTrafficPolicy,
    TrafficPolicy,
)

_CERTIFICATE_FIELDS = (
    "client_certificate",
    "private_key",
    "ca_certificates",
    "credential_name",
    "subject_alt_names",
)


def check(obj: DestinationRule) -> Iterator[Problem]:
    """Check host, subsets, and every traffic policy."""
    spec = obj.spec
    fault = None if names.is_ip(spec.host) else names.host_fault(spec.host)
    if fault is not None:
        yield Problem(("spec", "host"), fault)
    yield from _policy(("spec", "trafficPolicy"), spec.traffic_policy)
    yield from unique(("spec", "subsets"), [one.name for one in spec.subsets], "name", "subset")
    for index, subset in enumerate(spec.subsets):
        path: Path = ("spec", "subsets", index)
        fault = names.label_value_fault(subset.name)
        if fault is not None:
            yield Problem((*path, "name"), f"subset {fault}")
        for key, value in subset.labels.items():
            fault = names.label_key_fault(key) or names.label_value_fault(value)
            if fault is not None:
                yield Problem((*path, "labels", key), fault)
        yield from _policy((*path, "trafficPolicy"), subset.traffic_policy)
    yield from exports(spec.export_to)
    if spec.workload_selector is not None:
        selected = spec.workload_selector.match_labels
        yield from labels(("spec", "workloadSelector", "matchLabels"), selected)


def _policy(path: Path, policy: TrafficPolicy | None) -> Iterator[Problem]:
    if policy is None:
        return
    yield from _of_port(path, policy)
    if policy.retry_budget is not None:
        yield from durations((*path, "retryBudget"), policy.retry_budget, "budget_interval")
    for index, port in enumerate(policy.port_level_settings):
        here = (*path, "portLevelSettings", index)
        if port.port is None:
            yield Problem(here, "the setting names no port; write `port` with its `number`")
        yield from _of_port(here, port)


def _of_port(path: Path, policy: TrafficPolicy | PortTrafficPolicy) -> Iterator[Problem]:
    if policy.load_balancer is not None:
        yield from _load_balancer((*path, "loadBalancer"), policy.load_balancer)
    if policy.connection_pool is not None:
        yield from pool((*path, "connectionPool"), policy.connection_pool)
    if policy.outlier_detection is not None:
        here = (*path, "outlierDetection")
        outlier = policy.outlier_detection
        yield from durations(here, outlier, "interval", "base_ejection_time")
        yield from alternatives(here, outlier)
    if policy.tls is not None:
        yield from client_tls((*path, "tls"), policy.tls)


def _load_balancer(path: Path, balancer: LoadBalancer) -> Iterator[Problem]:
    yield from alternatives(path, balancer)
    yield from durations(path, balancer, "warmup_duration_secs")
    if balancer.warmup is not None:
        yield from durations((*path, "warmup"), balancer.warmup, "duration")
    if balancer.consistent_hash is not None:
        here = (*path, "consistentHash")
        hashing = balancer.consistent_hash
        yield from alternatives(here, hashing)
        if not written(hashing, *hashing.ALTERNATIVES[0]):
            text = "nothing is hashed; write `httpHeaderName`, `httpCookie` or `useSourceIp`"
            yield Problem(here, text)
    if balancer.locality_lb_setting is not None:
        yield from locality((*path, "localityLbSetting"), balancer.locality_lb_setting)


def locality(path: Path, setting: LocalityLoadBalancer) -> Iterator[Problem]:
    """Check shares and failover between localities."""
    yield from alternatives(path, setting)
    for index, entry in enumerate(setting.distribute):
        here = (*path, "distribute", index)
        if sum(entry.to.values()) != 100:
            text = f"the shares are {sum(entry.to.values())} together; write shares of 100"
            yield Problem((*here, "to"), text, at_key=True)
    for index, failover in enumerate(setting.failover):
        here = (*path, "failover", index)
        if failover.from_ == failover.to:
            text = f"{quoted(failover.from_)} cannot take over for itself; write another region"
            yield Problem((*here, "to"), text)


def pool(path: Path, value: ConnectionPool) -> Iterator[Problem]:
    """Check the durations of a connection pool."""
    if value.tcp is not None:
        here = (*path, "tcp")
        yield from durations(here, value.tcp, "connect_timeout", "max_connection_duration")
        yield from duration_problem((*here, "idleTimeout"), value.tcp.idle_timeout, zero=True)
        if value.tcp.tcp_keepalive is not None:
            yield from durations(
                (*here, "tcpKeepalive"), value.tcp.tcp_keepalive, "time", "interval"
            )
    if value.http is not None:
        here = (*path, "http")
        yield from duration_problem((*here, "idleTimeout"), value.http.idle_timeout, zero=True)
        if value.http.http2_keep_alive is not None:
            yield from durations(
                (*here, "http2KeepAlive"), value.http.http2_keep_alive, "interval", "timeout"
            )


def client_tls(path: Path, tls: ClientTLS) -> Iterator[Problem]:
    """Check that a certificate is there where the mode needs one, and nowhere else."""
    yield from alternatives(path, tls)
    if tls.mode == "ISTIO_MUTUAL":
        for name in written(tls, *_CERTIFICATE_FIELDS):
            text = f"mode `ISTIO_MUTUAL` brings its own certificate; remove `{name}`"
            yield Problem((*path, name), text, at_key=True)
    if tls.mode != "MUTUAL" or tls.credential_name:
        return
    if not (tls.client_certificate and tls.private_key):
        text = (
            "mode `MUTUAL` needs a certificate; write `credentialName`, or `clientCertificate` "
            "and `privateKey`"
        )
        yield Problem(path, text)
