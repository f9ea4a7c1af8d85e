"""Connection managers as a mesh wants them."""

from datetime import timedelta

import pytest

from libs.compile import shapedmanagers as managers
from libs.compile.shapedmanagers import Manager
from libs.envoy.hcm import Side
from libs.meshapi.meshconfig.config import PathNormalization
from libs.meshapi.meshconfig.proxy import (
    ClientCertDetails,
    ConnectionSettings,
    ProxyHeaders,
    ServerHeader,
    Topology,
)


@pytest.mark.parametrize(
    ("written", "normalised", "merged", "escaped"),
    [
        ("DEFAULT", True, False, Manager.IMPLEMENTATION_SPECIFIC_DEFAULT),
        ("BASE", True, False, Manager.IMPLEMENTATION_SPECIFIC_DEFAULT),
        ("NONE", False, False, Manager.IMPLEMENTATION_SPECIFIC_DEFAULT),
        ("MERGE_SLASHES", True, True, Manager.IMPLEMENTATION_SPECIFIC_DEFAULT),
        ("DECODE_AND_MERGE_SLASHES", True, True, Manager.UNESCAPE_AND_FORWARD),
    ],
)
def test_each_way_to_normalise_paths_does_what_its_name_says(
    written: str, *, normalised: bool, merged: bool, escaped: int
) -> None:
    """Each does what the ones before it do, and more."""
    manager = Manager()
    managers.normalise(manager, PathNormalization.model_validate({"normalization": written}))
    assert manager.normalize_path.value is normalised
    assert (manager.merge_slashes, manager.path_with_escaped_slashes_action) == (merged, escaped)


def test_bounds_that_are_not_written_stay_as_they_are() -> None:
    """Only what is written is set, zero included."""
    manager = Manager()
    managers.bound(manager, ConnectionSettings())
    assert manager == Manager()
    written = ConnectionSettings(
        http_stream_idle_timeout=timedelta(), http_max_concurrent_streams=7
    )
    managers.bound(manager, written)
    assert manager.HasField("stream_idle_timeout")
    assert manager.http2_protocol_options.max_concurrent_streams.value == 7
    assert not manager.HasField("common_http_protocol_options")


def test_a_certificate_is_told_in_the_parts_that_are_asked_for() -> None:
    """At sidecars that is said with the headers, at gateways it is the whole."""
    manager = Manager()
    told = ClientCertDetails(cert=True)
    headers = ProxyHeaders(
        forwarded_client_cert="SANITIZE_SET", set_current_client_cert_details=told
    )
    managers.head(manager, headers, Side.OUTBOUND)
    assert manager == Manager()
    managers.head(manager, headers, Side.INBOUND)
    details = manager.set_current_client_cert_details
    assert (details.cert, details.chain, details.subject.value) == (True, False, False)
    managers.place(manager, Topology(forward_client_cert_details="APPEND_FORWARD"))
    assert manager.set_current_client_cert_details.chain
    managers.place(manager, Topology(forward_client_cert_details="SANITIZE"))
    assert not manager.HasField("set_current_client_cert_details")


def test_the_name_of_the_server_can_be_left_to_the_endpoint() -> None:
    """Then the proxy says nothing of itself."""
    manager = Manager(server_name="istio-envoy")
    managers.head(manager, ProxyHeaders(server=ServerHeader(disabled=True)), Side.GATEWAY)
    assert not manager.server_name
    assert manager.server_header_transformation == Manager.PASS_THROUGH
