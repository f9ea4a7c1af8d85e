"""The loop that keeps a certificate valid, at the pace of a clock."""

import asyncio
from dataclasses import dataclass, field, replace

import structlog

from libs.adapters.system.clock import SystemClock
from libs.fakes.rng import SeededRng
from libs.kernel.looperrors import TransientError
from libs.pki.holding import Holding, holding_of
from libs.pki.issuing import Life, Names, issue, new_root
from libs.pki.keys import new_key
from libs.pki.requests import new_request, read_request
from libs.pki.tests.ladders import SHOP
from tools.agent.renewing import Renewing

CLOCK, RNG = SystemClock(), SeededRng(9)
ROOT = new_root(new_key(), "mesh", Life(CLOCK.now_s(), 3600), RNG)


@dataclass
class Source:
    """Gives certificates of a life, and fails where it is told to."""

    life_s: float
    failing: int = 0
    asked: list[Holding | None] = field(default_factory=list)
    published: list[Holding] = field(default_factory=list)

    async def obtain(self, held: Holding | None) -> Holding:
        """Give one."""
        self.asked.append(held)
        if self.failing:
            self.failing -= 1
            raise TransientError("away")
        key = new_key()
        life = Life(CLOCK.now_s(), self.life_s)
        request = read_request(new_request(key, SHOP))
        made = holding_of(issue(ROOT, request, Names(SHOP), life, RNG), key)
        return replace(made, issued_at_s=life.now_s, valid_until_s=life.now_s + self.life_s)

    def run(self, seconds: float, held: Holding | None = None) -> list[dict[str, object]]:
        """Renew for some time; return what was logged."""
        renewing = Renewing(self.obtain, self.published.append, CLOCK, RNG)

        async def whole() -> None:
            task = asyncio.create_task(renewing.run(held))
            await asyncio.wait({task}, timeout=seconds)
            task.cancel()

        with structlog.testing.capture_logs() as lines:
            asyncio.run(whole())
        return [dict(line) for line in lines]


def test_each_certificate_is_renewed_in_the_middle_of_its_life() -> None:
    """The next request shows the one that is held."""
    source = Source(life_s=1.0)
    source.run(2.2)
    assert 3 <= len(source.published) <= 5
    assert source.asked[:2] == [None, source.published[0]]
    for before, after in zip(source.published, source.published[1:], strict=False):
        assert after.issued_at_s < before.valid_until_s
        assert after.key_pem != before.key_pem


def test_failures_are_told_and_tried_again() -> None:
    """The line says how much life is left, and has no key."""
    source = Source(life_s=60.0, failing=2)
    lines = source.run(3.0)
    assert len(source.published) == 1
    assert [line["event"] for line in lines] == ["no new certificate"] * 2 + ["certificate in use"]
    assert "PRIVATE" not in str(lines)


def test_one_that_was_kept_is_used_first() -> None:
    """Nobody is asked before it is due."""
    source = Source(life_s=60.0)
    held = asyncio.run(source.obtain(None))
    source.asked.clear()
    source.run(0.3, held)
    assert source.published == [held]
    assert not source.asked
