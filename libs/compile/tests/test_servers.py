"""Which servers share a port."""

import pytest

from libs.compile.ledger import Ledger
from libs.compile.servers import Sort, ports_of, server_names, socket_of
from libs.meshapi.gateway import Gateway, GatewaySpec, NamedPort, Server, ServerTLS
from libs.meshapi.metadata import Metadata


def _server(protocol: str, hosts: tuple[str, ...] = ("*",), mode: str = "SIMPLE") -> Server:
    encrypted = protocol in ("HTTPS", "TLS")
    tls = ServerTLS.model_validate({"mode": mode}) if encrypted else None
    return Server(port=NamedPort(number=443, protocol=protocol), hosts=hosts, tls=tls)


def _gateway(*servers: Server) -> Gateway:
    return Gateway(metadata=Metadata(name="g"), spec=GatewaySpec(servers=servers))


@pytest.mark.parametrize(
    ("servers", "kept", "said"),
    [
        pytest.param([_server("HTTP"), _server("HTTP")], 2, "", id="plain HTTP shares"),
        pytest.param(
            [_server("HTTPS", ("a",)), _server("TLS", ("b",))], 2, "", id="TLS shares by host"
        ),
        pytest.param(
            [_server("HTTPS", ("a",)), _server("TLS", ("x/a",))], 1, "TLS for host a", id="twice"
        ),
        pytest.param([_server("HTTP"), _server("HTTPS")], 1, "for plain HTTP", id="plain first"),
        pytest.param([_server("TCP"), _server("TCP")], 1, "for TCP", id="TCP is alone"),
        pytest.param(
            [_server("HTTPS", mode="MUTUAL")], 0, "`caCertificates`", id="clients are unverified"
        ),
        pytest.param(
            [_server("TLS", mode="AUTO_PASSTHROUGH")], 0, "AUTO_PASSTHROUGH", id="not built yet"
        ),
    ],
)
def test_the_first_server_decides_who_may_share_its_port(
    servers: list[Server], kept: int, said: str
) -> None:
    """What is left out is said with its reason."""
    ledger = Ledger()
    found = ports_of([_gateway(*servers)], ledger)
    assert sum(len(port.servers) for port in found) == kept
    assert [said in one for one in ledger.problems] == ([True] if said else [])


def test_a_port_is_of_the_sort_of_its_first_server() -> None:
    """Requests over TLS and bytes over TLS are one sort."""
    (port,) = ports_of([_gateway(_server("HTTPS"))], Ledger())
    assert port.sort is Sort.TLS


def test_a_host_for_everything_asks_for_no_name() -> None:
    """Namespaces are no part of a name."""
    assert server_names(_server("HTTPS", ("x/a.example",))) == ("a.example",)
    assert server_names(_server("HTTPS", ("a.example", "*"))) == ()


def test_only_a_server_that_ends_tls_has_a_socket() -> None:
    """What passes stays encrypted."""
    assert socket_of(_server("TLS", mode="PASSTHROUGH")) is None
    assert socket_of(_server("TLS")) is not None
