"""Case files: a YAML file whose name is a sentence, and beside it what parsing it has to give."""

from pathlib import Path

from libs.meshapi.parse import parse_file

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


def outcome(case: Path) -> str:
    """Parse a case and write down the keys of its objects and all messages without the file."""
    parsed = parse_file(case.name, case.read_bytes())
    lines = [f"object {one.key}" for one in parsed.objects]
    lines += [str(message).removeprefix(f"{case.name}:") for message in parsed.messages]
    return "".join(f"{line}\n" for line in lines)


def expected(case: Path) -> Path:
    """Where the outcome of a case is written down."""
    return case.with_suffix(".expected.txt")
