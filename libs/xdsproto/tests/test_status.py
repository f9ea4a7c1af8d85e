"""What a refusal is about."""

from libs.xdsproto.tests.conversation import snapshot, started


def test_a_refusal_names_what_its_text_names() -> None:
    """Of several resources in one response those are named whose whole name stands in the text."""
    stream = started(delta=True)
    stream.assign(snapshot("s2", cds={"a": "2", "a.b": "2", "c": "2"}))
    stream.ack("cds", error="Error adding cluster(s) a.b: no.")
    assert [name for _, name in stream.records[-1].refused] == ["a.b"]


def test_a_refusal_without_a_name_is_about_all_of_its_response() -> None:
    """The text may name nothing, and the response had few resources."""
    stream = started(delta=True)
    stream.assign(snapshot("s2", cds={"a": "2", "b": "2"}))
    stream.ack("cds", error="Only unique values are permitted")
    assert [name for _, name in stream.records[-1].refused] == ["a", "b"]


def test_a_refusal_names_a_few_at_most() -> None:
    """A response of a thousand resources makes no record of a thousand names."""
    stream = started(delta=True)
    stream.assign(snapshot("s2", cds={f"c{number:04}": "2" for number in range(1000)}))
    stream.ack("cds", error="something is wrong")
    assert len(stream.records[-1].refused) == 10
