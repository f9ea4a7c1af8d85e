"""Writes results: JSON or text on standard output, nothing else there."""

import sys
from enum import StrEnum

import orjson


class Format(StrEnum):
    """What `-o` may be."""

    TEXT = "text"
    JSON = "json"


def write_json(content: object) -> None:
    """Write a value as one indented JSON document."""
    sys.stdout.write(orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n")


def write_lines(*lines: str) -> None:
    """Write lines of text."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def columns(header: tuple[str, ...], *rows: tuple[str, ...]) -> list[str]:
    """Return lines in which each column starts at one place; nothing is cut or coloured."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    return [
        "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]
