"""Case files: old objects in a file whose name is a sentence, and beside it what they become."""

from pathlib import Path

from libs.meshapi.codes import FIELD_WITHOUT_EFFECT
from libs.meshapi.dialects import codes
from libs.meshapi.dialects.inset import converted
from libs.meshapi.dump import to_yaml
from libs.meshapi.parse import parse_file

LEFT_OUT = (f"{codes.CONVERTED}:", f"{FIELD_WITHOUT_EFFECT}:")
"""What is the same for every old object, and what changes with what is compiled."""

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


def outcome(case: Path) -> str:
    """Read a case as a set; write its objects and messages down, without the name of the file."""
    objects, messages = converted([parse_file(case.name, case.read_bytes())])
    made = [one.object for one in objects if one.key.kind not in ("Service", "Ingress")]
    lines = (str(message).removeprefix(f"{case.name}:") for message in messages)
    said = "".join(f"# {line}\n" for line in lines if line.split(" ")[2] not in LEFT_OUT)
    return to_yaml(made) + said if made else said


def expected(case: Path) -> Path:
    """Where the outcome of a case is written down."""
    return case.with_suffix(".expected.txt")
