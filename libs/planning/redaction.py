"""The one point at which values of Secrets leave what people and machines get to see.

What is a Secret is judged by the group and kind that the server goes by, never by what a caller
says. Texts of others are searched for the values themselves.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import Body

MASK = "***"
BEFORE = "*** (before)"
AFTER = "*** (after)"
_SECRET = ("", "Secret")
_VALUES = ("data", "stringData")
_COPIES = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})
_SHORTEST = 4
"""Shorter values are too common in texts to be searched for."""


def is_secret(key: ObjectKey) -> bool:
    """Say whether an object's values are for nobody's eyes."""
    return (key.group, key.kind) == _SECRET


def redacted(key: ObjectKey, body: Body) -> Body:
    """Return an object that may be shown: names of values stay, values do not."""
    shown = dict(body)
    if is_secret(key):
        for name in _VALUES:
            if name in shown:
                shown[name] = dict.fromkeys(shown[name] or {}, MASK)
    metadata = shown.get("metadata", {})
    annotations = metadata.get("annotations") or {}
    if _COPIES & annotations.keys():
        kept = {name: MASK if name in _COPIES else one for name, one in annotations.items()}
        shown["metadata"] = {**metadata, "annotations": kept}
    return shown


def shown_values(key: ObjectKey, path: str, wanted: Any, live: Any) -> tuple[Any, Any]:
    """Return two values of a field as they may be shown: a Secret's only differ visibly."""
    below = path.removeprefix(".").split(".")[0].split("[")[0]
    if not (is_secret(key) and below in _VALUES) and not any(name in path for name in _COPIES):
        return wanted, live
    if wanted == live:
        return MASK, MASK
    return AFTER, BEFORE


def text_redactor(secrets: Iterable[Body]) -> Callable[[str], str]:
    """Return a function that strikes the values of these Secrets out of texts, however encoded."""
    spellings = {text for body in secrets for text in _spellings(body) if len(text) >= _SHORTEST}
    longest_first = sorted(spellings, key=lambda text: (-len(text), text))

    def redact(text: str) -> str:
        for one in longest_first:
            text = text.replace(one, MASK)
        return text

    return redact


def _spellings(body: Body) -> Iterable[str]:
    """Yield a Secret's values as they are written, encoded, and decoded."""
    for value in _mapping(body.get("stringData")).values():
        if isinstance(value, str):
            yield value
            yield base64.b64encode(value.encode()).decode()
    for value in _mapping(body.get("data")).values():
        if isinstance(value, str):
            yield value
            yield from _decoded(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _decoded(value: str) -> Iterable[str]:
    try:
        yield base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return
