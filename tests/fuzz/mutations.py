"""Small changes of YAML texts: some break the text, some its structure, some only its meaning."""

import random  # noqa: TID251 - seeded, and not in the product
from collections.abc import Callable, Sequence

Change = Callable[[list[str], random.Random], list[str]]

_TOKENS = (
    *("&a ", "*a", "<<: *a", "!!str ", "!!int ", "!x ", "|\n", ">-\n", "? ", ": ", "- ", "# "),
    *(
        "{",
        "}",
        "[",
        "]",
        ",",
        "'",
        '"',
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "\t",
        "\\",
        "@",
        "`",
        "~",
    ),
    *("null", "yes", "010", "0x1F", "1e999", "-", ".inf", "2001-01-01", "1_0", "9" * 30),
    *("\x00", "\x07", "\x85", "\u2028", "\ufeff", "\ud7ff", "\U0001f600", "é", "\r", "\r\n"),
)
_REPEATS_MAX = 3_000
_OPENERS = ("[", "{a: ", "- ", "  ", "? ", "&a [*a, ")


def seeded(seed: int) -> random.Random:
    """Return what decides; equal seeds decide alike."""
    return random.Random(seed)  # noqa: S311 - a seed that repeats is the point


def mutated(texts: Sequence[str], rng: random.Random) -> bytes:
    """Return a text made from some of `texts` by up to eight changes."""
    lines = rng.choice(texts).splitlines(keepends=True) or [""]
    for _ in range(rng.randint(1, 8)):
        lines = rng.choice(_CHANGES)(lines, rng) or [""]
    if rng.random() < 0.1:
        lines += ["---\n", *rng.choice(texts).splitlines(keepends=True)]
    data = "".join(lines).encode("utf-8", "surrogatepass")
    return _bytes_changed(data, rng) if rng.random() < 0.15 else data


def _bytes_changed(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _drop(lines: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(lines))
    return lines[:at] + lines[at + rng.randint(1, 3) :]


def _double(lines: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(lines))
    return lines[:at] + lines[at : at + rng.randint(1, 6)] * 2 + lines[at:]


def _swap(lines: list[str], rng: random.Random) -> list[str]:
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def _indent(lines: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(lines))
    by = rng.choice(("  ", " ", "\t", "- ", "      "))
    stop = at + rng.randint(1, 8)
    return [by + line if at <= n < stop else line for n, line in enumerate(lines)]


def _token(lines: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(lines))
    column = rng.randint(0, len(lines[at]))
    lines[at] = lines[at][:column] + rng.choice(_TOKENS) + lines[at][column:]
    return lines


def _value(lines: list[str], rng: random.Random) -> list[str]:
    """Give a key another value, often of another type."""
    at = rng.randrange(len(lines))
    key, colon, _ = lines[at].partition(": ")
    if colon:
        lines[at] = f"{key}: {rng.choice(_TOKENS)}\n"
    return lines


def _repeat(lines: list[str], rng: random.Random) -> list[str]:
    """Nest deeply, or write one thing very often."""
    at = rng.randrange(len(lines))
    count = rng.choice((2, 70, 300, _REPEATS_MAX))
    lines[at] = lines[at].rstrip("\n") + " " + rng.choice(_OPENERS) * count + "\n"
    return lines


def _bomb(lines: list[str], rng: random.Random) -> list[str]:
    """Let aliases stand for aliases."""
    levels = rng.randint(2, 12)
    made = ["a0: &a0 [x, x, x, x]\n"]
    made += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, levels)]
    at = rng.randrange(len(lines))
    return lines[:at] + made + lines[at:]


_CHANGES: tuple[Change, ...] = (
    *(_drop, _double, _swap, _indent, _token, _token, _value, _value, _repeat, _bomb),
)
