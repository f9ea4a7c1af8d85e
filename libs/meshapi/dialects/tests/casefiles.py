"""Case files: old objects in a file whose name is a sentence, and beside it what they become."""

from pathlib import Path

from libs.meshapi.dialects.convert import convert
from libs.meshapi.dialects.kinds import is_old
from libs.meshapi.dialects.modern import modern
from libs.meshapi.dialects.run import context_of
from libs.meshapi.dump import to_yaml
from libs.meshapi.parse import parse_file

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


def outcome(case: Path) -> str:
    """Convert a case as a whole; write mesh objects and messages down, without the file's name."""
    file = parse_file(case.name, case.read_bytes())
    old = [one for one in file.objects if is_old(one.model)]
    kept = [one for one in file.objects if not is_old(one.model)]
    found = convert(old, context_of(one.object for one in kept))
    respelt = [modern(one) for one in kept if one.key.group.endswith(".istio.io")]
    made = [*(obj for obj, _ in respelt), *(one.object for one in found.objects)]
    asked = [note for _, notes in respelt for note in notes]
    said = (*file.messages, *asked, *found.notes)
    lines = (str(one).removeprefix(f"{case.name}:") for one in said)
    notes = "".join(f"# {line}\n" for line in lines)
    return to_yaml(made) + notes if made else notes


def expected(case: Path) -> Path:
    """Where the outcome of a case is written down."""
    return case.with_suffix(".expected.txt")
