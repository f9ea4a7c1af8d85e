"""What `Rng` promises, asked of the machine's randomness and of a seeded one."""

import pytest

from libs.adapters.system.rng import SystemRng
from libs.fakes.rng import SeededRng
from libs.ports.rng import Rng


@pytest.fixture(params=["system", "fake"])
def rng(request: pytest.FixtureRequest) -> Rng:
    """A source of each kind."""
    return SystemRng() if request.param == "system" else SeededRng(1)


@pytest.mark.parametrize("nbytes", [0, 1, 16, 64])
def test_tokens_are_hexadecimal(rng: Rng, nbytes: int) -> None:
    """Two lower-case digits a byte, leading zeros included."""
    for _ in range(300):
        token = rng.token_hex(nbytes)
        assert len(token) == 2 * nbytes
        assert set(token) <= set("0123456789abcdef")


def test_tokens_do_not_repeat(rng: Rng) -> None:
    """Sixteen bytes are enough to name things."""
    assert len({rng.token_hex(16) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-3.0, 2.0), (5.0, 5.0)])
def test_numbers_stay_between_their_bounds(rng: Rng, low: float, high: float) -> None:
    """Jitter never leaves its bounds, and uses most of the room."""
    drawn = [rng.uniform(low, high) for _ in range(1000)]
    assert low <= min(drawn) <= max(drawn) <= high
    assert max(drawn) - min(drawn) >= 0.9 * (high - low)
