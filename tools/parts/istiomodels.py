"""Validators of Istio's kinds that others generated from Istio's own definitions; run by Node.

They check types, words, limits and required fields. They know no rule across fields, take any text
for a duration, and ignore fields that they do not know.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.parts.missing import PartMissingError
from tools.sidewheels.fetch import cache_dir

PACKAGE = "@kubernetes-models/istio"
VERSION = "3.0.1"
VALIDATE_TIMEOUT_S = 60

_SCRIPT = """
import { readFileSync } from "node:fs";
const read = async (one) => {
  const models = await import(`PACKAGE/${one.apiVersion}`).catch(() => ({}));
  const model = models[one.kind];
  if (model === undefined) return { known: false, fault: null };
  try { new model(one).validate(); return { known: true, fault: null }; }
  catch (error) { return { known: true, fault: String(error.message) }; }
};
const verdicts = [];
for (const one of JSON.parse(readFileSync(0, "utf8"))) verdicts.push(await read(one));
process.stdout.write(JSON.stringify(verdicts));
""".replace("PACKAGE", PACKAGE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the validator of a kind says; `known` is false for kinds that there is none for."""

    known: bool
    fault: str | None


def folder() -> Path:
    """Give the folder that the package is installed in; PartMissingError when it is not."""
    place = cache_dir() / f"istio-models-{VERSION}"
    if shutil.which("node") is None:
        raise PartMissingError("istio models", "install Node 20 or newer, then run ./dev parts")
    if not (place / "node_modules" / PACKAGE).is_dir():
        raise PartMissingError("istio models", "run ./dev parts, which fetches them with npm")
    return place


def verdicts(objects: Sequence[Any], place: Path) -> list[Verdict]:
    """Ask the validators in `place` about objects as users write them."""
    command = ["node", "--input-type=module", "--eval", _SCRIPT]
    done = subprocess.run(
        command,
        cwd=place,
        input=json.dumps(objects),
        capture_output=True,
        text=True,
        timeout=VALIDATE_TIMEOUT_S,
        check=True,
    )
    return [Verdict(one["known"], one["fault"]) for one in json.loads(done.stdout)]
