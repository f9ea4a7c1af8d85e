"""The plain values of a YAML file that holds no objects of ours, read within the same limits."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import yaml

from libs.meshapi.limits import DEFAULT_LIMITS
from libs.meshapi.values import TooMuchError, ValueBuilder
from libs.meshapi.yamlnodes import Piece, deeper_than, pieces_of, text_of


def plain_values(data: bytes) -> Iterator[Any]:
    """Yield the value of every document that can be read: dictionaries, tuples and scalars.

    A document that cannot be read yields None: whoever asks does not know what it says.
    """
    pieces: list[Piece | None] = [None]
    if len(data) <= DEFAULT_LIMITS.file_bytes_max:
        with suppress(UnicodeDecodeError):
            pieces = [*pieces_of("", text_of(data))]
    for piece in pieces:
        if piece is None or deeper_than(piece, DEFAULT_LIMITS.depth_max) is not None:
            yield None
            continue
        try:
            for root in piece.documents():
                builder = ValueBuilder(piece, DEFAULT_LIMITS, DEFAULT_LIMITS.nodes_max)
                value = builder.build(root)
                yield None if builder.faults else value
        except (yaml.YAMLError, TooMuchError):
            yield None
