"""Names that a sidecar answers for."""

from collections.abc import Mapping
from typing import Any

import pytest
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.filters.udp.dns_filter.v3 import dns_filter_pb2

from libs.compile.dnsnames import answers_names
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import istio, service, world
from libs.kernel import xds
from libs.kernel.ids import ResourceName

_CAPTURE = {"DNS_CAPTURE": "true"}


def _proxy(metadata: Mapping[str, Any]) -> Proxy:
    return Proxy(ProxyType.SIDECAR, "default", metadata=metadata)


def _names(text: str, **metadata: str) -> dict[str, list[str]]:
    proxy = _proxy(_CAPTURE | metadata)
    body = compile_snapshot(world(text), proxy).snapshot.of(xds.LISTENER)
    read = listener_pb2.Listener.FromString(body[ResourceName("127.0.0.1_15053")].body)
    config = dns_filter_pb2.DnsFilterConfig()
    read.listener_filters[0].typed_config.Unpack(config)
    table = config.server_config.inline_dns_table
    return {one.name: list(one.endpoint.address_list.address) for one in table.virtual_domains}


@pytest.mark.parametrize(
    ("metadata", "answers"),
    [
        (_CAPTURE, True),
        ({}, False),
        ({"DNS_CAPTURE": "false"}, False),
        (_CAPTURE | {"INTERCEPTION_MODE": "NONE"}, False),
        (_CAPTURE | {"ISTIO_VERSION": "1.31.0"}, False),
    ],
)
def test_a_proxy_answers_where_questions_are_redirected_to_it(
    metadata: Mapping[str, Any],
    answers: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Beside Istio's own agent it would find its port taken."""
    assert answers_names(_proxy(metadata)) is answers


def test_a_name_without_an_address_is_left_to_others() -> None:
    """Only they know it; with an allocated address it is answered here."""
    spec = "{hosts: [a.example], ports: [{number: 90, name: tcp, protocol: TCP}], resolution: DNS}"
    text = istio("ServiceEntry", "a", spec) + service("web", more="clusterIP: 10.1.1.1")
    assert "a.example" not in _names(text)
    assert _names(text, DNS_AUTO_ALLOCATE="true")["a.example"][0].startswith("240.240.")
    assert _names(text)["web"] == ["10.1.1.1"]


def test_only_services_that_a_workload_may_call_are_answered_for() -> None:
    """A Sidecar that imports nothing leaves all names to others."""
    alone = istio("Sidecar", "alone", '{egress: [{hosts: ["~/*"]}]}')
    assert _names(service("web", more="clusterIP: 10.1.1.1") + alone) == {}
