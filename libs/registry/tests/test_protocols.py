"""Which protocol a port speaks."""

import pytest

from libs.registry.protocols import (
    KNOWN_WORDS,
    SERVER_FIRST_PORTS,
    entry_protocol,
    kubernetes_protocol,
    stated_protocol,
)
from libs.registry.service import Protocol


@pytest.mark.parametrize(
    ("name", "app_protocol", "expected"),
    [
        pytest.param("http", None, Protocol.HTTP, id="the word alone"),
        pytest.param("http-web", None, Protocol.HTTP, id="the word before a dash"),
        pytest.param("httpweb", None, Protocol.AUTO, id="a longer word is another word"),
        pytest.param("grpc-web-x", None, Protocol.GRPC_WEB, id="the one word with a dash"),
        pytest.param("GRPC", None, Protocol.GRPC, id="in any case"),
        pytest.param("mongo-db", None, Protocol.TCP, id="what a proxy does not read"),
        pytest.param("", None, Protocol.AUTO, id="no name"),
        pytest.param("tcp", "http2", Protocol.HTTP2, id="appProtocol beats the name"),
        pytest.param("http", "example.com/own", Protocol.AUTO, id="an unknown appProtocol"),
        pytest.param("x", "kubernetes.io/h2c", Protocol.HTTP2, id="Kubernetes' own words"),
    ],
)
def test_a_services_port_speaks_what_it_says(
    name: str, app_protocol: str | None, expected: Protocol
) -> None:
    """The application protocol decides, then the first word of the name, then the first bytes."""
    assert kubernetes_protocol(name, "TCP", app_protocol) is expected


@pytest.mark.parametrize("number", sorted(SERVER_FIRST_PORTS))
def test_a_port_whose_servers_speak_first_is_not_looked_at(number: int) -> None:
    """The proxy would wait for bytes that the client does not send; a name still decides."""
    assert kubernetes_protocol("", "TCP", None, number) is Protocol.TCP
    assert kubernetes_protocol("http", "TCP", None, number) is Protocol.HTTP


def test_a_stated_listener_without_a_protocol_hands_on_bytes() -> None:
    """Who states a listener states what it speaks."""
    assert stated_protocol("", "") is Protocol.TCP
    assert stated_protocol("http-x", "") is Protocol.HTTP


def test_udp_stays_udp_whatever_the_name_says() -> None:
    """The transport comes first."""
    assert kubernetes_protocol("http", "UDP", None) is Protocol.UDP


def test_an_entrys_port_speaks_its_protocol_and_else_its_name() -> None:
    """ServiceEntry has a field for it; where that is empty the name counts."""
    assert entry_protocol("tcp", "HTTP") is Protocol.HTTP
    assert entry_protocol("grpc-x", "") is Protocol.GRPC


def test_every_known_word_is_in_lower_case() -> None:
    """Messages list these words, and comparing folds case."""
    assert all(word == word.lower() for word in KNOWN_WORDS)


def test_grpc_is_requests_over_http2() -> None:
    """Both views of one protocol agree."""
    assert Protocol.GRPC.is_http
    assert Protocol.GRPC.is_http2
    assert not Protocol.TLS.is_http
