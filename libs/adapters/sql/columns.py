"""Column types that behave alike on both databases."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class PlainText(TypeDecorator[str]):
    """Text that a proxy or a commit may have written.

    NUL, which PostgreSQL refuses, and lone surrogates, which UTF-8 cannot hold, are stored as
    U+FFFD: hostile text may look odd afterwards, but must never stop the writer.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - inherited
        """Return what both databases can hold."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """Return `text` with what the databases cannot hold replaced by U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", _REPLACEMENT)
    if text.isascii():
        return text
    return "".join(_REPLACEMENT if "\ud800" <= char <= "\udfff" else char for char in text)
