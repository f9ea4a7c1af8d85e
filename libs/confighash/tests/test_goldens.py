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
    head = b"periplus-fingerprint/2\0semantic"
    group = sha256(head + b"-group:envoy.config.route.v3.VirtualHost\0\x12\x03\n\x01a").digest()
    framed = b"\0" * 7 + b"\x04" + b"\n\x0280" + b"\0" * 7 + b"\x10" + group[:16]
    table = sha256(head + b":envoy.config.route.v3.RouteConfiguration\0" + framed).hexdigest()
    cases = {case["id"]: case["fingerprint"] for case in json.loads(GOLDENS.read_text("utf-8"))}
    assert table[:32] == cases["a table with one host"]


def test_an_independent_reading_of_the_format_gives_the_golden_of_a_whole_message() -> None:
    """A message that is not split is hashed behind the head, without a length."""
    head = b"periplus-fingerprint/2\0bytes:google.protobuf.StringValue\0"
    cases = {case["id"]: case["fingerprint"] for case in json.loads(GOLDENS.read_text("utf-8"))}
    assert sha256(head + b"\n\x01a").hexdigest()[:32] == cases["a message that is not split"]
