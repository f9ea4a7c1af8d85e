"""Moves generated modules below the prefix `protogen`, so that they collide with no other wheel."""

import re

_FROM = re.compile(r"^(?P<head>\s*from )(?P<path>[\w.]+)(?= import )", re.MULTILINE)
_PLAIN = re.compile(r"^(?P<head>\s*import )(?P<path>[\w.]+)\.(?=\w+)", re.MULTILINE)
_BY_NAME = re.compile(r"(?P<head>import_module\(')(?P<path>[\w.]+)\.(?=\w+'\))")
_BUILD = re.compile(
    r"(?P<head>BuildTopDescriptorsAndMessages\(DESCRIPTOR, ')(?P<path>[\w.]+)\.(?=\w+')"
)


def prefixed(source: str, known: frozenset[str]) -> str:
    """Give the module with every import from a package or module in `known` moved below us."""

    def move(match: re.Match[str]) -> str:
        if match["path"] not in known:
            return match[0]
        return f"{match['head']}protogen.{match[0][len(match['head']) :]}"

    for pattern in (_FROM, _PLAIN, _BY_NAME, _BUILD):
        source = pattern.sub(move, source)
    return source
