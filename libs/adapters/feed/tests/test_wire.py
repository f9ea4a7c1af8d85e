"""Feed events survive the wire unchanged, and foreign ones are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protogen.periplus.feed.v1 import feed_pb2

from libs.adapters.feed import wire
from libs.kernel.ids import ClassKey, ProxyId, Version
from libs.kernel.proxies import SyncStatus
from libs.ports.feed import (
    Assign,
    FromCompiler,
    FromFrontend,
    Hello,
    ProxyConnected,
    ProxyGone,
    ProxyStatus,
    Reject,
    View,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = TEXT.filter(bool)
STATUSES = st.builds(
    ProxyStatus,
    NAMES,
    NAMES,
    st.sampled_from([SyncStatus.SYNCED, SyncStatus.STALE, SyncStatus.REFUSED]),
    st.floats(allow_nan=False),
    st.booleans(),
    TEXT,
    st.lists(st.tuples(NAMES, NAMES), max_size=2).map(tuple),
)
FRONTEND = st.one_of(
    st.builds(Hello, TEXT, st.dictionaries(NAMES, NAMES, max_size=3)),
    st.builds(ProxyConnected, NAMES, st.binary(max_size=8)),
    st.builds(ProxyGone, NAMES),
    STATUSES,
)
COMPILER = st.one_of(
    st.from_type(View).filter(lambda v: v.base != "" and v.trace != ""),
    st.builds(Assign, NAMES, NAMES),
    st.builds(Reject, NAMES, TEXT),
)


@given(FRONTEND)
def test_frontend_events_survive_the_wire(event: FromFrontend) -> None:
    """What a frontend says arrives as it was said."""
    sent = wire.frontend_to_wire(event).SerializeToString()
    assert wire.frontend_from_wire(feed_pb2.FromFrontend.FromString(sent)) == event


@given(st.lists(FRONTEND.filter(lambda one: not isinstance(one, Hello)), min_size=1, max_size=4))
def test_events_that_wait_together_survive_the_wire(events: list[FromFrontend]) -> None:
    """Several events arrive as they were said, in their order, in one message."""
    sent = wire.batch_to_wire(events).SerializeToString()
    assert list(wire.batch_from_wire(feed_pb2.FromFrontend.FromString(sent))) == events


@given(COMPILER)
def test_compiler_events_survive_the_wire(event: FromCompiler) -> None:
    """What the compiler says arrives as it was said."""
    sent = wire.compiler_to_wire(event).SerializeToString()
    assert wire.compiler_from_wire(feed_pb2.FromCompiler.FromString(sent)) == event


@pytest.mark.parametrize(
    "message",
    [
        feed_pb2.FromFrontend(),
        feed_pb2.FromFrontend(status=feed_pb2.ProxyStatus(proxy_id="p")),
    ],
    ids=["no known event", "no status"],
)
def test_unknown_frontend_events_are_refused(message: feed_pb2.FromFrontend) -> None:
    """An event of a newer or broken frontend is refused with a sentence, not guessed."""
    with pytest.raises(wire.FeedFormatError, match="not known here"):
        wire.frontend_from_wire(message)


def test_unknown_compiler_events_are_refused() -> None:
    """An event of a newer or broken compiler is refused with a sentence, not guessed."""
    with pytest.raises(wire.FeedFormatError, match="not known here"):
        wire.compiler_from_wire(feed_pb2.FromCompiler())


def test_a_gone_proxy_has_no_status() -> None:
    """GONE is told by ProxyGone; as a status it is a mistake of ours."""
    event = ProxyStatus(ProxyId("p"), Version("1"), SyncStatus.GONE, 0.0, carried=False)
    with pytest.raises(ValueError, match="ProxyGone"):
        wire.frontend_to_wire(event)


def test_class_keys_of_hello_keep_their_versions() -> None:
    """The compiler can tell from Hello which differences suffice."""
    event = Hello("f", {ClassKey("a"): Version("1"), ClassKey("b"): Version("2")})
    assert wire.frontend_from_wire(wire.frontend_to_wire(event)) == event
