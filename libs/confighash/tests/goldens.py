"""Prints the fingerprints of the golden cases. Runs on CPython and PyPy, without other packages."""

import json
import sys

from libs.confighash.jsonform import from_json
from libs.confighash.tree import Hasher


def fingerprints(path: str) -> "dict[str, str]":
    """Return the fingerprint of each case of a file."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as plain as PyPy's start allows
        cases = json.load(file)
    found = {}
    for case in cases:
        raw = bytes.fromhex(case["hex"]) if "hex" in case else from_json(case["json"], case["type"])
        found[case["id"]] = Hasher(case["type"], case["kind"]).of_bytes(raw)
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(fingerprints(sys.argv[1])))
