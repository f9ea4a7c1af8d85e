"""Which servers share a port."""

import pytest

from libs.compile.ledger import Ledger
from libs.compile.servers import Sort, ports_of, server_names, sort_of
from libs.meshapi.gateway import Gateway, GatewaySpec, NamedPort, Server, ServerTLS
from libs.meshapi.metadata import Metadata


def _server(protocol: str, hosts: tuple[str, ...] = ("*",), mode: str = "SIMPLE") -> Server:
    encrypted = protocol in ("HTTPS", "TLS")
    tls = ServerTLS.model_validate({"mode": mode}) if encrypted else None
    return Server(port=NamedPort(number=443, name="p", protocol=protocol), hosts=hosts, tls=tls)


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
            [_server("HTTPS", ("a",)), _server("TLS", ("b",), "AUTO_PASSTHROUGH")],
            2,
            "",
            id="crossing calls share with other names",
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


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        *((one, Sort.HTTP) for one in ("HTTP", "HTTP2", "GRPC", "GRPC-WEB")),
        *((one, Sort.TLS) for one in ("HTTPS", "TLS")),
        *((one, Sort.TCP) for one in ("TCP", "MONGO", "MYSQL", "REDIS")),
    ],
)
def test_every_protocol_of_a_server_has_its_sort(protocol: str, expected: Sort) -> None:
    """What reads requests, what is encrypted, and what is only bytes."""
    assert sort_of(_server(protocol)) is expected


def test_a_tcp_server_with_tls_is_a_tls_server() -> None:
    """Istio ends TLS there as well."""
    tls = ServerTLS.model_validate({"mode": "SIMPLE"})
    server = Server(port=NamedPort(number=1, name="p", protocol="TCP"), hosts=("*",), tls=tls)
    assert sort_of(server) is Sort.TLS
