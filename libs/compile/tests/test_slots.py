"""One address and all that is served there."""

from libs.compile.slots import WILDCARD, Slot, listener_of
from libs.compile.streams import Stream
from libs.envoy import listener, tcpproxy
from libs.kernel.origins import ObjectKey

REST = "PassthroughCluster"
KEY = ObjectKey("", "Service", "default", "a")


def _stream(*networks: str, names: tuple[str, ...] = ()) -> Stream:
    return Stream((tcpproxy.tcp_proxy("c"),), names, networks)


def _slot(*streams: Stream, routes: str = "", bind: str = WILDCARD, guessed: bool = False) -> Slot:
    result = Slot(bind, 80, binds=False, routes=routes, guessed=guessed)
    for one in streams:
        result.add(one, KEY)
    return result


def test_requests_alone_need_no_look_at_first_bytes() -> None:
    """The only chain takes everything."""
    built = listener_of(_slot(routes="80"), REST)
    (chain,) = built.filter_chains
    assert not chain.HasField("filter_chain_match")
    assert not built.listener_filters


def test_requests_beside_networks_are_told_apart_by_the_address() -> None:
    """Nobody has to wait for first bytes."""
    built = listener_of(_slot(_stream("10.1.2.3/8"), routes="80"), REST)
    ranges = built.filter_chains[0].filter_chain_match.prefix_ranges
    assert [(one.address_prefix, one.prefix_len.value) for one in ranges] == [("10.0.0.0", 8)]
    assert not built.listener_filters


def test_requests_beside_bytes_for_all_are_told_apart_by_the_first_bytes() -> None:
    """Plain HTTP has its chain, and everything else the other."""
    for slot in (_slot(_stream(), routes="80"), _slot(routes="80", guessed=True)):
        built = listener_of(slot, REST)
        assert [one.name for one in built.listener_filters] == [listener.HTTP_INSPECTOR_NAME]
        http = built.filter_chains[0].filter_chain_match
        assert list(http.application_protocols) == list(listener.PLAIN_HTTP)


def test_what_no_chain_takes_goes_where_the_mesh_says() -> None:
    """Another chain for everything is only there where no stream is for everything."""
    built = listener_of(_slot(_stream(names=("a.example",))), REST)
    assert REST.encode() in built.filter_chains[-1].SerializeToString()
    assert not built.filter_chains[-1].HasField("filter_chain_match")
    assert [one.name for one in built.listener_filters] == [listener.TLS_INSPECTOR_NAME]
    assert len(listener_of(_slot(_stream()), REST).filter_chains) == 1


def test_of_two_streams_with_one_condition_the_first_counts() -> None:
    """Whose it is already is told."""
    slot, other = _slot(), ObjectKey("", "Service", "default", "b")
    assert slot.add(_stream("10.0.0.0/8"), KEY) is None
    assert slot.add(_stream("10.0.0.0/8"), other) == KEY
    assert slot.add(_stream("11.0.0.0/8"), other) is None
    assert len(listener_of(slot, REST).filter_chains) == 3
    assert slot.name == "0.0.0.0_80"
