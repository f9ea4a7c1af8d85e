"""Tests of what is seen of a cluster."""

from libs.kernel.origins import ObjectKey
from libs.observed.sight import Looking, kind_of
from libs.ports.kubecluster import Blind, Changed, Gone, Listed, LiveObject, Selection, Unserved

MAPS = Selection("", "ConfigMap")
KIND = ("", "ConfigMap")
KEY = ObjectKey("", "ConfigMap", "default", "a")


def live(version: str = "1", uid: str = "u") -> LiveObject:
    """Return one object in some version."""
    return LiveObject(KEY, uid, version, 0, {})


def test_a_kind_is_dark_until_it_was_listed() -> None:
    """Before that nobody knows whether anything is there."""
    looking = Looking([KIND])
    before = looking.unseen
    assert KIND in looking.now().blind
    assert looking.follow([Listed(MAPS, (live(),))]) == 1
    assert (before, looking.unseen) == (True, False)
    assert looking.now().objects == {KEY: live()}
    assert looking.now().blind == {}


def test_a_list_replaces_what_was_known() -> None:
    """What it does not have is gone."""
    looking = Looking([KIND])
    looking.follow([Listed(MAPS, (live(),)), Listed(MAPS, ())])
    assert looking.now().objects == {}


def test_lost_sight_keeps_what_was_known_and_says_so() -> None:
    """It may be old, and nothing is concluded from it."""
    looking = Looking([KIND])
    looking.follow([Listed(MAPS, (live(),)), Blind(MAPS, "timeout")])
    assert looking.now().blind == {KIND: "timeout"}
    assert looking.now().objects == {KEY: live()}


def test_an_unserved_kind_has_no_objects_for_sure() -> None:
    """The server itself says that it does not have the kind."""
    looking = Looking([KIND])
    looking.follow([Listed(MAPS, (live(),)), Unserved(MAPS)])
    assert looking.now().unserved == {KIND}
    assert looking.now().objects == {}
    assert not looking.unseen


def test_an_older_version_never_replaces_a_newer_one() -> None:
    """What a write answered is newer than the watch that still tells of before."""
    looking = Looking([KIND])
    looking.follow([Listed(MAPS, ())])
    looking.took(live("10"))
    looking.follow([Changed(MAPS, live("9"))])
    assert looking.now().objects[KEY].resource_version == "10"


def test_only_the_very_object_goes() -> None:
    """One that was made anew under the name stays when its predecessor is told to be gone."""
    looking = Looking([KIND])
    looking.follow([Listed(MAPS, (live("3", "old"),))])
    looking.took(live("5", "new"))
    looking.follow([Gone(MAPS, KEY, "old")])
    assert KEY in looking.now().objects
    looking.follow([Changed(MAPS, live("5", "new")), Gone(MAPS, KEY, "new")])
    assert KEY not in looking.now().objects


def test_what_a_write_told_before_is_no_news() -> None:
    """Nobody goes another round because of what he did himself."""
    looking = Looking([KIND])
    looking.follow([Listed(MAPS, ())])
    looking.took(live("5"))
    assert looking.follow([Changed(MAPS, live("5"))]) == 0
    assert looking.follow([Changed(MAPS, live("6"))]) == 1
    looking.lost(KEY)
    assert looking.follow([Gone(MAPS, KEY, "u")]) == 0


def test_events_that_came_as_one_tell_of_the_last() -> None:
    """The known object went, and so did a successor that nobody was told of."""
    looking = Looking([KIND])
    looking.follow([Listed(MAPS, (live("3", "first"),)), Gone(MAPS, KEY, "second")])
    assert looking.now().objects == {}
    looking.lost(KEY)
    assert kind_of(KEY) == KIND
