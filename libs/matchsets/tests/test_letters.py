"""Sets of characters."""

from libs.matchsets import letters


def test_a_set_knows_its_characters_again() -> None:
    """What goes in comes out, in order, without what the alphabet does not have."""
    assert letters.members(letters.of("zaé\n~ ")) == " az~"
    assert len(letters.members(letters.ALL)) == 95


def test_folding_adds_the_other_case() -> None:
    """Only letters have one."""
    assert letters.members(letters.folded(letters.of("aZ1"))) == "1AZaz"


def test_an_example_reads_well_where_it_can() -> None:
    """Letters come before signs; a set of one has no choice."""
    assert letters.example(letters.ALL) == "a"
    assert letters.example(letters.of("!%")) == "!"
