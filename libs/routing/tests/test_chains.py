"""Filter chains and TLS."""

from typing import Any

import pytest

from libs.routing.chains import Connection, choose
from libs.routing.outcome import FailedError, Failure
from libs.routing.tests.envoys import ask, call, envoy, listener, manager, tcp

_TLS: dict[str, Any] = {
    "name": "tls",
    "typed_config": {
        "@type": "type.googleapis.com/"
        "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        "common_tls_context": {"validation_context": {"trusted_ca": {"filename": "ca.pem"}}},
    },
}
_HTTP = manager({"route_config": {"name": "none"}})


def _chosen(matches: list[dict[str, Any]], connection: Connection) -> str:
    chains = [{"name": str(at), "filter_chain_match": one} for at, one in enumerate(matches)]
    return choose(envoy([listener("l", 80, chains)]).listeners["l"], connection).name


@pytest.mark.parametrize(
    ("matches", "fields", "chosen"),
    [
        ([{}, {"destination_port": 80}], {}, "1"),
        ([{"destination_port": 81}, {}], {}, "1"),
        (
            [
                {"prefix_ranges": [{"address_prefix": "10.0.0.0", "prefix_len": 8}]},
                {"prefix_ranges": [{"address_prefix": "10.1.0.0", "prefix_len": 16}]},
            ],
            {"address": "10.1.2.3"},
            "1",
        ),
        ([{"server_names": ["*.example"]}, {"server_names": ["a.example"]}], {}, "1"),
        ([{"server_names": ["*.example"]}, {"server_names": ["b.example"]}, {}], {}, "0"),
        ([{"transport_protocol": "raw_buffer"}, {"transport_protocol": "tls"}], {}, "1"),
        ([{"application_protocols": ["two"]}, {"application_protocols": ["one"]}, {}], {}, "1"),
        ([{"application_protocols": ["other"]}, {}], {}, "1"),
        (
            [{"source_prefix_ranges": [{"address_prefix": "10.9.0.0", "prefix_len": 16}]}, {}],
            {"source": {"ip": "10.9.1.1"}},
            "0",
        ),
        ([{"source_type": "EXTERNAL"}, {}], {"source": {"ip": "10.9.1.1"}}, "0"),
    ],
)
def test_the_most_specific_chain_is_chosen(
    matches: list[dict[str, Any]], fields: dict[str, Any], chosen: str
) -> None:
    """Port, address, server name, transport, application protocol and source, in this order."""
    connection = Connection(call(**fields), "tls", "a.example", ("one", "two"))
    assert _chosen(matches, connection) == chosen


@pytest.mark.parametrize(
    ("matches", "error"),
    [
        ([{"transport_protocol": "tls"}, {"server_names": ["a.example"]}], Failure.TLS_ERROR),
        ([{"transport_protocol": "tls"}, {"destination_port": 81}], Failure.TLS_ERROR),
        ([{"transport_protocol": "tls", "destination_port": 81}], Failure.NO_FILTER_CHAIN),
        ([{"application_protocols": ["a"]}], Failure.NO_FILTER_CHAIN),
    ],
)
def test_a_plain_connection_to_chains_that_take_tls_only_has_its_own_error(
    matches: list[dict[str, Any]], error: Failure
) -> None:
    """A connection for which there is nothing at all, encrypted or not, has another one."""
    with pytest.raises(FailedError) as failed:
        _chosen(matches, Connection(call(), "raw_buffer"))
    assert failed.value.failure is error


def test_a_port_of_its_own_that_leads_nowhere_is_not_made_up_for() -> None:
    """Envoy does not go back to chains for all ports."""
    matches: list[dict[str, Any]] = [{"destination_port": 80, "server_names": ["b.example"]}, {}]
    with pytest.raises(FailedError) as failed:
        _chosen(matches, Connection(call(), "tls", "a.example"))
    assert failed.value.failure is Failure.NO_FILTER_CHAIN


def test_two_chains_with_one_condition_are_told() -> None:
    """Envoy would refuse such a listener."""
    with pytest.raises(FailedError) as failed:
        _chosen([{}, {}], Connection(call(), "raw_buffer"))
    assert failed.value.failure is Failure.MULTIPLE_FILTER_CHAIN


@pytest.mark.parametrize(
    ("socket", "mutual", "tls", "error"),
    [
        (None, False, "tls", Failure.TLS_ERROR),
        (None, False, "mtls", Failure.MTLS_ERROR),
        (_TLS, False, "plaintext", Failure.TLS_ERROR),
        (_TLS, True, "tls", Failure.MTLS_ERROR),
        (_TLS, True, "mtls", Failure.NO_VIRTUAL_HOST),
        (_TLS, False, "tls", Failure.NO_VIRTUAL_HOST),
    ],
)
def test_the_clients_tls_has_to_fit(
    socket: dict[str, Any] | None, tls: str, error: Failure, *, mutual: bool
) -> None:
    """Plain to TLS, TLS to plain HTTP, and a missing certificate each have their error."""
    chain: dict[str, Any] = {"filters": [_HTTP]}
    if socket is not None:
        config = {**socket["typed_config"], "require_client_certificate": mutual}
        chain["transport_socket"] = {**socket, "typed_config": config}
    assert ask(envoy([listener("l", 80, [chain])]), tls=tls).error is error


def test_an_encrypted_connection_passes_a_tcp_chain_as_it_is() -> None:
    """What does not read HTTP need not decrypt it."""
    found = ask(envoy([listener("l", 80, [{"filters": [tcp("gone")]}])]), tls="tls")
    assert found.error is Failure.NO_ENDPOINTS
