"""A short run of the fuzzer, the same every time; `./dev fuzz parse` runs longer ones."""

from tests.fuzz.mutations import mutated, seeded
from tests.fuzz.parse import INPUT_S_MAX, Found, corpus, read

INPUTS = 400


def test_no_input_raises_or_takes_long() -> None:
    """Every input gives objects or messages, and the record of it gives the same."""
    rng, texts, found = seeded(7), corpus(), Found()
    for _ in range(INPUTS):
        read(mutated(texts, rng), found)
        assert not found.crash
    assert found.slowest_s < INPUT_S_MAX
    assert found.objects > INPUTS / 4
    assert found.messages > INPUTS


def test_a_seed_repeats() -> None:
    """The same seed makes the same inputs, so that what it finds can be looked at."""
    texts = corpus()
    one, other = seeded(3), seeded(3)
    assert [mutated(texts, one) for _ in range(20)] == [mutated(texts, other) for _ in range(20)]
