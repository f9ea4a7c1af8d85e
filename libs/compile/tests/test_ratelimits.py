"""A limit is for the ports of the workloads that it selects."""

from protogen.envoy.extensions.filters.http.local_ratelimit.v3 import local_rate_limit_pb2

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.ratelimits import limits_for
from libs.compile.tests.worlds import service, world

_PROXY = Proxy(ProxyType.SIDECAR, "default", ("10.0.0.1",), labels={"app": "web"})


def _limits(spec: str, namespace: str = "default") -> list[frozenset[int] | None]:
    text = f"""
---
apiVersion: periplus.io/v1alpha1
kind: RateLimit
metadata: {{name: a, namespace: {namespace}}}
spec: {{{spec}, limits: [{{name: all, requests: 5, per: 1s}}]}}
"""
    made = world(service("web", "{name: http, port: 80, targetPort: 8080}") + text)
    found = limits_for(made.attached.rate_limits, _PROXY, "istio-system", made.registry)
    return [one.ports for one in found]


def test_services_select_the_ports_behind_them() -> None:
    """The workload's own port counts, whether the service is named short or whole."""
    assert _limits("services: [web]") == [frozenset({8080})]
    assert _limits("services: [web.default.svc.cluster.local]") == [frozenset({8080})]
    assert _limits("services: [other]") == []
    assert _limits("services: [web], ports: [9090]") == []


def test_labels_select_every_port_or_the_stated_ones() -> None:
    """Other workloads and other namespaces are left alone."""
    assert _limits("selector: {matchLabels: {app: web}}") == [None]
    assert _limits("selector: {matchLabels: {app: web}}, ports: [8080]") == [frozenset({8080})]
    assert _limits("selector: {matchLabels: {app: db}}") == []
    assert _limits("ports: [1]", "elsewhere") == []


def test_a_default_that_an_override_names_leaves_no_rate_for_the_others() -> None:
    """Requests without the part all fit that override: an entry behind it could never count."""
    text = """
apiVersion: periplus.io/v1alpha1
kind: RateLimit
metadata: {name: a}
spec:
  limits:
  - name: all
    requests: 5
    per: 1s
    by: [{name: user, header: x-user, default: nobody}]
    overrides: [{values: {user: nobody}, requests: 1, per: 1s}]
"""
    made = world(text)
    (found,) = limits_for(made.attached.rate_limits, _PROXY, "istio-system", made.registry)
    config = local_rate_limit_pb2.LocalRateLimit()
    assert found.filters[0].typed_config.Unpack(config)
    rates = [one.actions[0].generic_key.descriptor_value for one in config.rate_limits]
    assert rates == ["0", "1", "0"]
    assert len(config.descriptors) == 2
