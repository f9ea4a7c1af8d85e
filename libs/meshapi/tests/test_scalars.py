"""Plain scalars are what Kubernetes' own reader makes of them."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from libs.meshapi.limits import DEFAULT_LIMITS
from libs.meshapi.scalars import Unreadable, number_of
from libs.meshapi.values import ValueBuilder
from libs.meshapi.yamlnodes import pieces_of

READ_AS: dict[str, Any] = {
    "y": True, "Y": True, "yes": True, "on": True, "ON": True, "TRUE": True, "true": True,
    "n": False, "No": False, "off": False, "False": False,
    "tRue": "tRue", "yES": "yES", "maybe": "maybe",
    "~": None, "null": None, "Null": None, "nUll": "nUll",
    "0": 0, "00": 0, "-0": 0, "+1": 1, "010": 8, "0o10": 8, "0O7": 7, "-0o7": -7, "0_7": 7,
    "0x1F": 31, "0X1f": 31, "-0x10": -16, "0x_1F": 31, "0b11": 3, "0B1": 1, "0b12": "0b12",
    "1_000": 1000, "1__0": 10, "_1": "_1", "09": 9, "08.5": 8.5, "+": "+",
    "9223372036854775807": 2**63 - 1, "-9223372036854775808": -(2**63),
    "1.5": 1.5, ".5": 0.5, "+.5": 0.5, ".5_0": 0.5, "1.": 1, "1.0": 1, "1e3": 1000, "12e03": 12000,
    "1e-3": 0.001, "1e400x": "1e400x", ".": ".", "..": "..", "1.2.3": "1.2.3", "1.2.3.4": "1.2.3.4",
    "1:30": "1:30", "12:30:45": "12:30:45", "2024-01-01": "2024-01-01",
    "2024-01-01T00:00:00Z": "2024-01-01T00:00:00Z", "1.5s": "1.5s", "10m": "10m", "0x": "0x",
}  # fmt: skip
KEYS_READ_AS = {
    "on": "true", "1": "1", "010": "8", "1.5": "1.5", "2024-01-01": "2024-01-01", "a": "a",
}  # fmt: skip

HEAD = "apiVersion: example.com/v1\nkind: Example\nmetadata: {name: a}\n"


def _text() -> str:
    values = "".join(f"- {word}\n" for word in READ_AS)
    keys = "".join(f"  {word}: 1\n" for word in KEYS_READ_AS)
    return f"{HEAD}values:\n{values}keys:\n{keys}"


def test_scalars_are_read_by_the_table() -> None:
    """Words, numbers and keys come out as the table says, types included."""
    (piece,) = pieces_of("x.yaml", _text())
    (document,) = piece.documents()
    read = ValueBuilder(piece, DEFAULT_LIMITS, DEFAULT_LIMITS.nodes_max).build(document)
    assert json.dumps(read["values"]) == json.dumps(list(READ_AS.values()))
    assert read["keys"] == dict.fromkeys(KEYS_READ_AS.values(), 1)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_reads_by_the_same_table(tmp_path: Path) -> None:
    """The table is Kubernetes' own reading, not an opinion."""
    file = tmp_path / "x.yaml"
    file.write_text(_text(), encoding="utf-8")
    command = ["kubectl", "annotate", "--local", "-f", str(file), "a=b", "-o", "json"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    read = json.loads(done.stdout)
    assert read["values"] == list(READ_AS.values())
    assert read["keys"] == dict.fromkeys(KEYS_READ_AS.values(), 1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9223372036854775808", Unreadable.TOO_LARGE),
        ("-9223372036854775809", Unreadable.TOO_LARGE),
        ("9" * 5000, Unreadable.TOO_LARGE),
        ("1e999", Unreadable.TOO_LARGE),
        (".inf", Unreadable.NO_NUMBER),
        ("-.INF", Unreadable.NO_NUMBER),
        (".nan", Unreadable.NO_NUMBER),
    ],
)
def test_a_number_that_json_cannot_carry_is_said(text: str, why: Unreadable) -> None:
    """Nothing is rounded in silence."""
    assert number_of(text) is why
