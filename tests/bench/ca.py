"""`./dev bench ca`: an authority's process signs renewals of workloads, each on a new connection.

Every workload shows its present certificate, as `periplus proxy run` does, so that a renewal costs
a handshake of mutual TLS, the check of a request and a signature.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from libs.adapters.cagrpc.calls import SigningCall
from libs.adapters.cagrpc.client import CaClient
from libs.pki.authority import Authority, authority_of
from libs.pki.holding import Holding, holding_of
from libs.pki.issuing import Life, Names, issue
from libs.pki.keys import new_key
from libs.pki.requests import new_request, read_request
from libs.pki.spiffe import SpiffeId
from tests.bench.connect import bar
from tests.bench.xdsrig import cpu_s
from tests.e2e.identityrig import CLOCK, DOMAIN, RNG, Certifying, Rig, a_root
from tests.e2e.xdsstack import resident_kb

WORKLOADS, AT_ONCE, HOUR_S = 2000, 16, 3600
CORE_PERCENT_MAX, MEMORY_MB_MAX, SIGNED_PER_CORE_S_MIN = 5, 150, 100
SIGNATURES = 500


def main(argv: Sequence[str]) -> int:
    """Measure, print figures, and hold them against the bars; 1 when one is not kept."""
    parser = argparse.ArgumentParser(prog="./dev bench ca")
    parser.add_argument("--workloads", type=int, default=WORKLOADS)
    workloads: int = parser.parse_args(list(argv)).workloads
    with tempfile.TemporaryDirectory() as folder, ExitStack() as exits:
        made = Rig(Path(folder), Path(), exits)
        ca = made.certifying("mesh", a_root(), "east")
        if ca.child is None:
            raise RuntimeError("the authority was not started")
        authority = authority_of(
            {one.name: one.read_bytes() for one in (ca.authorities / "east").glob("[a-z]*.pem")},
            CLOCK.now_s(),
        )
        signatures_s = _signing_s(authority)
        asking = [_workload(authority, number) for number in range(workloads)]
        idle_mb = resident_kb(ca.child.pid) / 1024
        before_s, began_s = cpu_s(ca.child.pid), time.monotonic()
        asyncio.run(_renewed(ca, asking))
        wall_s, used_s = time.monotonic() - began_s, cpu_s(ca.child.pid) - before_s
        memory_mb = round(resident_kb(ca.child.pid) / 1024)
    figures = {
        "workloads": workloads,
        "wall_s": round(wall_s, 2),
        "cpu_ms_per_renewal": round(1000 * used_s / workloads, 2),
        "renewals_per_core_s": round(workloads / used_s),
        "signatures_alone_per_core_s": round(SIGNATURES / signatures_s),
        "core_percent_when_all_renew_in_an_hour": round(100 * used_s / HOUR_S, 3),
        "idle_memory_mb": round(idle_mb),
        "memory_mb": memory_mb,
    }
    rate = figures["renewals_per_core_s"]
    bars = [
        bar("core_percent", figures["core_percent_when_all_renew_in_an_hour"], CORE_PERCENT_MAX),
        bar("memory_mb", memory_mb, MEMORY_MB_MAX),
        {
            "name": "renewals_per_core_s",
            "value": rate,
            "limit": SIGNED_PER_CORE_S_MIN,
            "better": "higher",
            "ok": rate >= SIGNED_PER_CORE_S_MIN,
        },
    ]
    print(*(f"{name}: {value}" for name, value in figures.items()), sep="\n")  # noqa: T201 - a bench
    print(json.dumps({"bench": "ca", "figures": figures, "bars": bars}))  # noqa: T201 - a bench
    return 0 if all(each["ok"] for each in bars) else 1


def _workload(authority: Authority, number: int) -> tuple[bytes, Holding]:
    """Make a workload that holds a certificate, and its request for the next one."""
    identity, key = SpiffeId(DOMAIN, "bench", f"workload-{number}"), new_key()
    request = read_request(new_request(key, identity))
    life = Life(CLOCK.now_s(), HOUR_S)
    held = holding_of(issue(authority, request, Names(identity), life, RNG), key)
    return new_request(new_key(), identity), held


def _signing_s(authority: Authority) -> float:
    """Time reading of requests and signing alone, in seconds of this process."""
    identity = SpiffeId(DOMAIN, "bench", "signing")
    pems = [new_request(new_key(), identity) for _ in range(SIGNATURES)]
    began_s = time.process_time()
    for pem in pems:
        request = read_request(pem)
        issue(authority, request, Names(identity), Life(CLOCK.now_s(), HOUR_S), RNG)
    return time.process_time() - began_s


async def _renewed(ca: Certifying, asking: Sequence[tuple[bytes, Holding]]) -> None:
    """Let all renew, a few at once; one that is refused ends the bench."""
    waiting = asyncio.Semaphore(AT_ONCE)
    client = CaClient(f"127.0.0.1:{ca.ports[1]}")

    async def one(request: bytes, held: Holding) -> None:
        async with waiting:
            await client.certify(SigningCall(request, 0, cluster="east"), held.roots_pem, held)

    await asyncio.gather(*(one(*each) for each in asking))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
