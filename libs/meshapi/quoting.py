"""How a piece of a user's text stands in a message: marked, on one line, never long."""

SHOWN_CHARACTERS_MAX = 80


def quoted(text: str) -> str:
    """Return `text` between backticks, cut to 80 characters, without control characters."""
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    if len(clean) > SHOWN_CHARACTERS_MAX:
        clean = clean[: SHOWN_CHARACTERS_MAX - 1] + "…"
    return f"`{clean}`"


def path_text(path: tuple[str | int, ...]) -> str:
    """Write a path as users read it: `spec.http[0].route`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")
