"""The command prints definitions, and the committed ones are those of the models."""

from pathlib import Path

import pytest
import yaml

from tools.crds.command import crds, to_yaml
from tools.crds.definition import defined_kinds, definition

COMMITTED = Path(__file__).parents[3] / "configs" / "crds" / "periplus.yaml"


def test_the_committed_definitions_are_those_of_the_models() -> None:
    """Write them again with `python -m tools.crds > configs/crds/periplus.yaml`."""
    assert COMMITTED.read_text(encoding="utf-8") == to_yaml(own_only=True)


@pytest.mark.parametrize("all_kinds", [False, True])
def test_what_is_printed_reads_back(capsys: pytest.CaptureFixture[str], *, all_kinds: bool) -> None:
    """Every document is one definition, without an alias."""
    assert crds(all_kinds=all_kinds) == 0
    printed = capsys.readouterr().out
    read = {one["metadata"]["name"]: one for one in yaml.safe_load_all(printed)}
    wanted = [definition(model) for model in defined_kinds(own_only=not all_kinds)]
    assert read == {one["metadata"]["name"]: one for one in wanted}
    assert "&id" not in printed
