"""How a piece of a user's text stands in a message: marked, on one line, never long."""

SHOWN_CHARACTERS_MAX = 80
_PART_CHARACTERS_MAX = 40


def quoted(text: str) -> str:
    """Return `text` between backticks, cut to 80 characters, without control characters."""
    return f"`{_shown(text, SHOWN_CHARACTERS_MAX)}`"


def path_text(path: tuple[str | int, ...]) -> str:
    """Write a path as users read it: `spec.http[0].route`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{_shown(part, _PART_CHARACTERS_MAX)}"
    return text.removeprefix(".")


def _shown(text: str, characters_max: int) -> str:
    cut = text if len(text) <= characters_max else text[: characters_max - 1] + "…"
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in cut)
