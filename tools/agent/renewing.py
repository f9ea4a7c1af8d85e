"""Keeps a certificate valid: renews it early, and tries again while the authority is away."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from libs.kernel.looperrors import StalledError, TransientError
from libs.pki.certificates import facts, read_certificates
from libs.pki.holding import Holding
from libs.pki.renewal import renewal_at_s, retry_delay_s
from libs.ports.clock import Clock
from libs.ports.rng import Rng
from libs.telemetry.logs import get_logger

LOOK_S_MAX = 30.0
"""The wall clock may jump while a host sleeps, so that it is looked at this often."""


@dataclass(slots=True)
class Renewing:
    """A loop that ends only when it is cancelled. `publish` gets every new certificate."""

    obtain: Callable[[Holding | None], Awaitable[Holding]]
    publish: Callable[[Holding], None]
    clock: Clock
    rng: Rng

    async def run(self, held: Holding | None = None) -> None:
        """Begin with what is held, if that is still valid."""
        if held is not None:
            self.publish(held)
            await self._until_due(held)
        failures = 0
        while True:
            try:
                held = await self.obtain(held)
            except (StalledError, TransientError) as error:
                failures += 1
                left_s = held.valid_until_s - self.clock.now_s() if held else 0.0
                delay_s = retry_delay_s(failures, left_s, self.rng)
                get_logger().warning(
                    "no new certificate",
                    reason=error.reason,
                    failures=failures,
                    left_s=round(left_s, 1),
                    retry_in_s=round(delay_s, 2),
                )
                await asyncio.sleep(delay_s)
                continue
            failures = 0
            _log(held)
            self.publish(held)
            await self._until_due(held)

    async def _until_due(self, held: Holding) -> None:
        due_s = renewal_at_s(held.issued_at_s, held.valid_until_s, self.rng)
        while (left_s := due_s - self.clock.now_s()) > 0:  # noqa: ASYNC110 - time is no event
            await asyncio.sleep(min(left_s, LOOK_S_MAX))


def _log(held: Holding) -> None:
    said = facts(read_certificates(held.chain_pem, "the certificate")[0])
    get_logger().info(
        "certificate in use",
        identity=said.names[0],
        serial=said.serial,
        issuer=said.issuer,
        valid_until_s=held.valid_until_s,
    )
