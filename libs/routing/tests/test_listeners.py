"""Which listener takes a call."""

from typing import Any

import pytest

from libs.routing import listeners
from libs.routing.outcome import FailedError, UndecidedError
from libs.routing.tests.envoys import ask, call, envoy, listener, tcp

_PREFIX = "type.googleapis.com/envoy.extensions.filters.listener"
_CHAIN = [{"filters": [tcp("c")]}]
_ORIGINAL = {"name": "o", "typed_config": {"@type": f"{_PREFIX}.original_dst.v3.OriginalDst"}}
_SIDECAR = envoy(
    [
        listener(
            "virtualOutbound", 15001, _CHAIN, use_original_dst=True, traffic_direction="OUTBOUND"
        ),
        listener(
            "virtualInbound",
            15006,
            _CHAIN,
            listener_filters=[_ORIGINAL],
            traffic_direction="INBOUND",
        ),
        listener("any", 9080, _CHAIN, bind_to_port=False, traffic_direction="OUTBOUND"),
        {
            **listener("one", 9080, _CHAIN, bind_to_port=False, traffic_direction="OUTBOUND"),
            "address": {"socket_address": {"address": "10.0.0.1", "port_value": 9080}},
        },
    ]
)


@pytest.mark.parametrize(
    ("mode", "address", "port", "name"),
    [
        ("outbound", "10.0.0.2", 9080, "any"),
        ("outbound", "10.0.0.1", 9080, "one"),
        ("outbound", "10.0.0.1", 9081, "virtualOutbound"),
        ("inbound", "10.0.0.1", 9080, "virtualInbound"),
    ],
)
def test_redirected_calls_reach_the_listener_of_their_destination(
    mode: str, address: str, port: int, name: str
) -> None:
    """The very address wins, then the one for all, then the intercepting listener itself."""
    found, restored = listeners.find(_SIDECAR, call(mode=mode, address=address, port=port))
    assert (found.name, restored) == (name, True)


def test_a_listener_that_does_not_bind_gets_no_calls_by_itself() -> None:
    """Without interception only bound listeners are there."""
    resources = envoy([listener("l", 80, _CHAIN, bind_to_port=False)])
    with pytest.raises(FailedError):
        listeners.find(resources, call())


def test_an_unknown_listener_filter_is_not_decided() -> None:
    """Only its name is known, so it is named."""
    unknown = {"name": "mine", "typed_config": {"@type": "type.googleapis.com/my.Filter"}}
    found = ask(envoy([listener("l", 80, _CHAIN, listener_filters=[unknown])]))
    assert found.undecided == "listener filter mine (my.Filter)"


@pytest.mark.parametrize(("disabled", "transport"), [(None, "tls"), (443, "tls"), (80, "raw")])
def test_the_tls_inspector_looks_where_it_is_not_switched_off(
    disabled: int | None, transport: str
) -> None:
    """A port range can switch it off."""
    one: dict[str, Any] = {
        "name": "tls",
        "typed_config": {"@type": f"{_PREFIX}.tls_inspector.v3.TlsInspector"},
    }
    if disabled is not None:
        ports = {"start": disabled, "end": disabled + 1}
        one["filter_disabled"] = {"destination_port_range": ports}
    resources = envoy([listener("l", 80, _CHAIN, listener_filters=[one])])
    found = listeners.inspected(resources.listeners["l"], call(tls="tls"))
    assert found.transport.startswith(transport)


def test_server_names_cannot_be_told_without_an_inspector() -> None:
    """Chains that ask for a server name need a filter that reads it."""
    chains = [{"filter_chain_match": {"server_names": ["a"]}, "filters": [tcp("c")]}]
    resources = envoy([listener("l", 80, chains)])
    with pytest.raises(UndecidedError, match="tls_inspector"):
        listeners.inspected(resources.listeners["l"], call(tls="tls"))
