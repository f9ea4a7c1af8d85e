"""What forges answer, taken apart without believing that it has the shape that it should."""

from collections.abc import Iterable, Iterator
from typing import Any

from libs.kernel.looperrors import TransientError


def at(content: Any, *path: str) -> Any:
    """Return what is inside of objects; None as soon as something is missing or no object."""
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    return content


def text(content: Any, *path: str) -> str:
    """Return a text. Raises TransientError when it is not there."""
    found = at(content, *path)
    if not isinstance(found, str):
        raise TransientError(f"the forge's answer has no text `{'.'.join(path)}`")
    return found


def number(content: Any, *path: str) -> int:
    """Return an integer. Raises TransientError when it is not there."""
    found = at(content, *path)
    if not isinstance(found, int) or isinstance(found, bool):
        raise TransientError(f"the forge's answer has no number `{'.'.join(path)}`")
    return found


def items(pages: Iterable[Any], name: str = "") -> Iterator[Any]:
    """Yield the items of lists, or of the lists `name` in objects. Raises TransientError."""
    for page in pages:
        found = at(page, name) if name else page
        if not isinstance(found, list):
            raise TransientError("the forge's answer is no list")
        yield from found
