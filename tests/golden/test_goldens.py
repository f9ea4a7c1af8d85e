"""Compiled views as reviewed files: every folder is one case, named by a sentence."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from libs.adapters.envoybinary.validate import EnvoyBinary
from libs.compile.snapshot import compile_snapshot
from libs.envoy.json import snapshot_json
from libs.envoy.staticform import static_bootstrap
from tests.casefile import read_case

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/in.yaml"))
_INPUT = "in.yaml"


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_compiled_view_is_what_was_reviewed(case: Path, *, update: bool) -> None:
    """A case compiles to exactly the files beside it, none missing and none stale."""
    wanted = _files(case)
    if update:
        _write(case, wanted)
    found = {
        path.name: path.read_text(encoding="utf-8")
        for path in case.iterdir()
        if path.name != _INPUT
    }
    assert found == wanted


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_real_envoy_takes_every_golden(case: Path, envoy: Path) -> None:
    """Envoy's own validation has nothing against a view that was reviewed."""
    read = read_case(case / _INPUT)
    snapshot = compile_snapshot(read.world, read.proxy).snapshot
    assert EnvoyBinary(envoy).refusal(static_bootstrap(snapshot)) is None


def _files(case: Path) -> dict[str, str]:
    """Compile a case to the text of its files; kinds without a resource have no file."""
    read = read_case(case / _INPUT)
    compiled = compile_snapshot(read.world, read.proxy)
    files = {
        f"{kind}.yaml": _yaml(resources)
        for kind, resources in snapshot_json(compiled.snapshot).items()
        if resources
    }
    if compiled.problems:
        files["problems.txt"] = "".join(f"{one}\n" for one in compiled.problems)
    return files


def _yaml(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=True, width=100)


def _write(case: Path, files: dict[str, str]) -> None:
    for path in case.iterdir():
        if path.name != _INPUT and path.name not in files:
            path.unlink()
    for name, text in files.items():
        (case / name).write_text(text, encoding="utf-8")
