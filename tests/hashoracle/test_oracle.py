"""What the hasher calls equal, a real Envoy takes as no change, and nothing else."""

import secrets
from pathlib import Path

import pytest

from libs.confighash.tree import BYTES
from tests.hashoracle.run import compared

PAIRS, BYTES_PAIRS = 60, 15


@pytest.mark.usefixtures("envoy")
def test_no_pair_of_a_fresh_seed_disagrees(tmp_path: Path) -> None:
    """Sixty pairs that Envoy took, changed and only spelled otherwise, have one verdict each."""
    seed = secrets.randbits(32)
    report = compared(tmp_path, seed, PAIRS)
    assert not report.disagreements, (f"./dev bench hashoracle --seed {seed}", report.disagreements)
    assert report.pairs == PAIRS
    assert report.equal
    assert report.different


@pytest.mark.usefixtures("envoy")
def test_fingerprints_of_bytes_are_caught(tmp_path: Path) -> None:
    """Envoy disagrees with fingerprints that count how a message is spelled."""
    report = compared(tmp_path, 1, BYTES_PAIRS, BYTES)
    assert report.disagreements
