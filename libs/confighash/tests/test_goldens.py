"""Digests that were given once stay, on every interpreter."""

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

GOLDENS = Path(__file__).parent / "goldens.json"
ROOT = Path(__file__).parents[3]


@pytest.fixture(params=["cpython", "pypy"])
def interpreter(request: pytest.FixtureRequest) -> str:
    """Path of an interpreter; a missing PyPy skips loudly."""
    return sys.executable if request.param == "cpython" else str(request.getfixturevalue("pypy"))


def test_golden_digests_are_given_by(interpreter: str) -> None:
    """An interpreter with nothing but the standard library gives each digest of the file."""
    script = Path(__file__).parent / "goldens.py"
    command = [interpreter, str(script), str(GOLDENS)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    expected = {case["id"]: case["fingerprint"] for case in json.loads(GOLDENS.read_text("utf-8"))}
    assert json.loads(done.stdout) == expected


def test_an_independent_reading_of_the_format_gives_a_golden() -> None:
    """The digest of a table with one host, built by hand from the written format."""

    def digest(domain: str, *parts: bytes) -> bytes:
        framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        return sha256(b"periplus-fingerprint/1\0" + domain.encode() + b"\0" + framed).digest()[:16]

    host = digest("semantic:envoy.config.route.v3.VirtualHost", b"\n\x01a")
    table = digest("semantic:envoy.config.route.v3.RouteConfiguration", b"\n\x0280", host)
    cases = {case["id"]: case["fingerprint"] for case in json.loads(GOLDENS.read_text("utf-8"))}
    assert table.hex() == cases["a table with one host"]
