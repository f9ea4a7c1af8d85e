"""Tests of the JSON columns."""

import pytest

from libs.adapters.sql import codec
from libs.kernel.ids import CommitId, SetName, SourceName
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.revisions import Refusal

KEY = ObjectKey("networking.istio.io", "VirtualService", "", "reviews")


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("message_class", MessageClass)
@pytest.mark.parametrize("key", [KEY, None])
def test_every_message_comes_back(
    level: Level, message_class: MessageClass, key: ObjectKey | None
) -> None:
    """All levels, classes and both forms of the object survive."""
    message = Message("IST0101", level, message_class, Origin("a.yaml", 3, 7), "say why", key)
    assert codec.load_messages(codec.dump_messages((message,))) == (message,)


@pytest.mark.parametrize("name", [SetName("bookinfo"), None])
def test_every_refusal_comes_back(name: SetName | None) -> None:
    """A refusal of a set and one of the whole repository survive."""
    refusal = Refusal(SourceName("config"), name, CommitId("c" * 40), ())
    assert codec.load_refusals(codec.dump_refusals((refusal,))) == (refusal,)


def test_the_stored_form_is_this_one() -> None:
    """Databases of earlier programs hold exactly this: a change of it needs a migration."""
    message = Message("IST1", Level.ERROR, MessageClass.OBJECT, Origin("a", 1, 2), "t", KEY)
    refusal = Refusal(SourceName("s"), SetName("n"), CommitId("c"), (message,))
    assert codec.dump_refusals((refusal,)) == (
        b'[{"source":"s","set":"n","commit":"c","messages":[{"code":"IST1","level":"error",'
        b'"class":"object","file":"a","line":1,"column":2,"text":"t",'
        b'"object":["networking.istio.io","VirtualService","","reviews"]}]}]'
    )
    assert codec.dump_notes(("one", "two")) == b'["one","two"]'


def test_hostile_text_is_marked_and_not_refused() -> None:
    """A lone surrogate out of a YAML escape must not stop the writer."""
    message = Message("IST1", Level.ERROR, MessageClass.OBJECT, Origin("a\ud800"), "\udfff")
    (loaded,) = codec.load_messages(codec.dump_messages((message,)))
    assert (loaded.origin.file, loaded.text) == ("a\ufffd", "\ufffd")
    assert codec.load_notes(codec.dump_notes(("\ud800",))) == ("\ufffd",)
