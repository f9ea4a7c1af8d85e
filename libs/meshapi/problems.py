"""What is wrong with one object by itself, before it is known where the object stands."""

from dataclasses import dataclass

from libs.kernel.messages import Level
from libs.meshapi import codes

Path = tuple[str | int, ...]
"""Names that users write, and indices: `("spec", "http", 0)`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence about the place `path` of an object.

    `at_key`: the sentence is about the key that the path ends with, not about its value.
    """

    path: Path
    text: str
    at_key: bool = False
    code: str = codes.SCHEMA
    level: Level = Level.ERROR
