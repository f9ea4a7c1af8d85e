"""What a client has, as its stream knows it."""

from libs.xdsproto.holdings import Standing
from libs.xdsproto.tests.conversation import Stream, snapshot


def told(stream: Stream) -> list[tuple[str, str, str]]:
    """List names, versions and how the client stands to them."""
    return [(one.name, one.version, one.standing.value) for one in stream.engine.holdings()]


def test_a_resource_is_sent_then_held_or_refused() -> None:
    """A4: what was acknowledged and what was refused are told apart, with the client's words."""
    stream = Stream(delta=True)
    stream.assign(snapshot("1", cds={"a": "1", "b": "1"}))
    stream.ask("cds")
    assert told(stream) == [("a", "1", "sent"), ("b", "1", "sent")]
    stream.ack("cds")
    assert told(stream) == [("a", "1", "held"), ("b", "1", "held")]
    stream.assign(snapshot("2", cds={"a": "2", "b": "1"}))
    stream.ack("cds", error="bad cluster")
    assert told(stream) == [("a", "2", "refused"), ("b", "1", "held")]
    refused = [one for one in stream.engine.holdings() if one.standing is Standing.REFUSED]
    assert [one.error for one in refused] == ["bad cluster"]
