r"""Names of tree entries as text that is safe to show, compare and join.

git stores any bytes but NUL as a name. What no sane file name holds is escaped here, and every
escape begins with a backslash, which is itself escaped: a path holds a backslash exactly when the
repository holds something there that nobody should read as a file.
"""

import re

_PLAIN = re.compile(rb"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_IGNORED_BY_HFS = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_SHORT_DOT_GIT = re.compile(r"(git~\d+|gi[0-9a-f]{4}~\d+)")


def escaped_name(raw: bytes) -> str:
    """Return one segment of a path; `/` in it, dots only, and forms of `.git` are escaped too."""
    if _PLAIN.fullmatch(raw):
        return raw.decode("ascii")
    text = raw.replace(b"\\", b"\\x5c").decode("utf-8", "backslashreplace")
    name = "".join(_escaped(char) for char in text)
    if _is_special(text):
        return f"\\x{ord(name[0]):02x}{name[1:]}" if name[:1].isascii() else name
    return name


def is_escaped(path: str) -> bool:
    """Say whether a path holds something that had to be escaped."""
    return "\\" in path


def _escaped(char: str) -> str:
    """Escape what is not printable, and the separator of paths."""
    if char == "/":
        return "\\x2f"
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")


def _is_special(text: str) -> bool:
    """Recognise `.`, `..` and every spelling that some file system reads as `.git`."""
    folded = _IGNORED_BY_HFS.sub("", text).casefold().split(":", 1)[0].rstrip(". ")
    return not folded or folded == ".git" or _SHORT_DOT_GIT.fullmatch(folded) is not None
