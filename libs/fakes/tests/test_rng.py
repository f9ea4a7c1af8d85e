"""Tests of seeded randomness."""

from libs.fakes.rng import SeededRng


def draw(seed: int) -> list[object]:
    """Return a mixed sequence."""
    rng = SeededRng(seed)
    return [rng.token_hex(8), rng.uniform(0, 1), rng.token_hex(1), rng.uniform(-5, 5)]


def test_a_seed_repeats() -> None:
    """A failing run can be run again from its seed."""
    assert draw(7) == draw(7)


def test_seeds_differ() -> None:
    """Another seed is another run."""
    assert draw(7) != draw(8)
