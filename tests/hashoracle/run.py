"""Draws pairs, asks Envoy and the hasher of each, and lists where they differ."""

import random  # noqa: TID251 - seeded by the caller
from dataclasses import dataclass, field
from pathlib import Path

from libs.confighash.tree import SEMANTIC, Hasher
from tests.hashoracle.bases import resource
from tests.hashoracle.changes import changed
from tests.hashoracle.rig import Oracle, oracle
from tests.hashoracle.spelling import Speller

SAME_SHARE, ODD_SHARE = 0.5, 0.3


@dataclass(slots=True)
class Report:
    """What the pairs gave; `equal` and `different` are Envoy's verdicts."""

    equal: int = 0
    different: int = 0
    refused: int = 0
    types: set[str] = field(default_factory=set)
    disagreements: list[str] = field(default_factory=list)

    @property
    def pairs(self) -> int:
        """How many pairs Envoy took on both sides."""
        return self.equal + self.different


def compared(folder: Path, seed: int, pairs: int, kind: str = SEMANTIC) -> Report:
    """Push pairs until Envoy took `pairs` of them; `kind` is that of the fingerprints."""
    source, report = random.Random(seed), Report()  # noqa: S311 - seeded
    with oracle(folder) as asked:
        while report.pairs < pairs and report.refused < 20 * pairs:
            _pair(asked, source, report, kind)
    return report


def _pair(asked: Oracle, source: random.Random, report: Report, kind: str) -> None:
    first = resource(source)
    second = first if source.random() < SAME_SHARE else changed(first, source)
    type_name = first.DESCRIPTOR.full_name
    plain = first.SerializeToString(deterministic=True)
    old, new = plain, Speller(source, ODD_SHARE).spelled(second)
    if asked.reloads(type_name, old) is None:
        report.refused += 1
        return
    reloaded = asked.reloads(type_name, new)
    if reloaded is None:
        report.refused += 1
        return
    report.types.add(type_name)
    report.equal += not reloaded
    report.different += reloaded
    hasher = Hasher(type_name, kind)
    ours = hasher.of_bytes(old) != hasher.of_bytes(new)
    if ours != reloaded:
        verdict = "a change" if reloaded else "no change"
        report.disagreements.append(
            f"{type_name}: Envoy saw {verdict}: {old.hex()} then {new.hex()}"
        )
