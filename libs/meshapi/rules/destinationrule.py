"""Rules of a DestinationRule."""

from collections.abc import Iterator

from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.problems import Path, Problem
from libs.meshapi.rules import names
from libs.meshapi.rules.common import at_most_one, duration_problem, unique
from libs.meshapi.trafficpolicy import (
    ClientTLS,
    ConnectionPool,
    LoadBalancer,
    PortTrafficPolicy,
    TrafficPolicy,
)

_HASH_KEYS = ("http_header_name", "http_cookie", "use_source_ip", "http_query_parameter_name")


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


def _policy(path: Path, policy: TrafficPolicy | None) -> Iterator[Problem]:
    if policy is None:
        return
    yield from _of_port(path, policy)
    for index, port in enumerate(policy.port_level_settings):
        here = (*path, "portLevelSettings", index)
        if port.port is None:
            yield Problem(here, "the setting names no port; write `port` with its `number`")
        yield from _of_port(here, port)


def _of_port(path: Path, policy: TrafficPolicy | PortTrafficPolicy) -> Iterator[Problem]:
    if policy.load_balancer is not None:
        yield from _load_balancer((*path, "loadBalancer"), policy.load_balancer)
    if policy.connection_pool is not None:
        yield from _pool((*path, "connectionPool"), policy.connection_pool)
    if policy.outlier_detection is not None:
        here = (*path, "outlierDetection")
        outlier = policy.outlier_detection
        yield from duration_problem((*here, "interval"), outlier.interval, zero=False)
        yield from duration_problem(
            (*here, "baseEjectionTime"), outlier.base_ejection_time, zero=False
        )
    if policy.tls is not None:
        yield from _tls((*path, "tls"), policy.tls)


def _load_balancer(path: Path, balancer: LoadBalancer) -> Iterator[Problem]:
    yield from at_most_one(path, balancer, "simple", "consistent_hash")
    yield from at_most_one(path, balancer, "warmup", "warmup_duration_secs")
    if balancer.consistent_hash is not None:
        here = (*path, "consistentHash")
        yield from at_most_one(here, balancer.consistent_hash, *_HASH_KEYS)
        yield from at_most_one(here, balancer.consistent_hash, "ring_hash", "maglev")


def _pool(path: Path, pool: ConnectionPool) -> Iterator[Problem]:
    if pool.tcp is not None:
        here = (*path, "tcp")
        yield from duration_problem((*here, "connectTimeout"), pool.tcp.connect_timeout, zero=False)
        yield from duration_problem((*here, "idleTimeout"), pool.tcp.idle_timeout, zero=True)
    if pool.http is not None:
        yield from duration_problem(
            (*path, "http", "idleTimeout"), pool.http.idle_timeout, zero=True
        )


def _tls(path: Path, tls: ClientTLS) -> Iterator[Problem]:
    if tls.mode != "MUTUAL" or tls.credential_name:
        return
    if not (tls.client_certificate and tls.private_key):
        text = (
            "mode `MUTUAL` needs a certificate; write `credentialName`, or `clientCertificate` "
            "and `privateKey`"
        )
        yield Problem(path, text)
