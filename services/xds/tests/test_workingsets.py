"""What is remembered of the hosts that proxies call."""

from libs.kernel.ids import ClassKey, ResourceName
from services.xds.workingsets import WorkingSets

A, B = ClassKey("a"), ClassKey("b")


def names(*texts: str) -> list[ResourceName]:
    """Make names of hosts."""
    return [ResourceName(f"80/{text}") for text in texts]


def test_each_class_has_its_own_hosts() -> None:
    """What one class calls is no other class's working set."""
    sets = WorkingSets()
    sets.note(A, names("x", "y"))
    sets.note(B, names("z"))
    assert sets.of(A) == tuple(names("x", "y"))
    assert sets.of(B) == tuple(names("z"))
    assert sets.of(ClassKey("c")) == ()


def test_what_was_not_asked_for_longest_goes() -> None:
    """A working set is bounded, and asking again keeps a host in it."""
    sets = WorkingSets(hosts_max=2)
    sets.note(A, names("x", "y"))
    sets.note(A, names("x"))
    sets.note(A, names("z"))
    assert sets.of(A) == tuple(names("x", "z"))


def test_classes_are_bounded_too() -> None:
    """The class that learned nothing for the longest time is forgotten."""
    sets = WorkingSets(classes_max=1)
    sets.note(A, names("x"))
    sets.note(B, names("y"))
    assert (sets.of(A), sets.of(B)) == ((), tuple(names("y")))
