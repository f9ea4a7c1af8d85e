"""What becomes of a path, in a form in which equal effects on the same calls compare equal."""

from dataclasses import dataclass

from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.matchsets import expressions
from libs.matchsets.expressions import Chain, Expression, Letter, Repeat
from libs.matchsets.letters import ALL


@dataclass(frozen=True, slots=True)
class PathChange:
    """A path's change: its first `taken` letters become `put`; None takes all of the path.

    `pattern` and `put` together are a replacement by a regular expression.
    """

    taken: int | None = 0
    put: str = ""
    pattern: str = ""

    def of(self, path: str) -> str:
        """Return a path after a change that is no replacement by a pattern."""
        return self.put if self.taken is None else self.put + path[self.taken :]


UNCHANGED = PathChange()


@dataclass(frozen=True, slots=True)
class Fixed:
    """What all paths of a route have in common: they begin with `text`, or are it (`whole`)."""

    text: str = ""
    whole: bool = False


NOTHING_FIXED = Fixed()


def fixed(match: rc.RouteMatch) -> Fixed:
    """Return what the paths of a condition have in common; nothing where case is ignored."""
    if match.HasField("case_sensitive") and not match.case_sensitive.value:
        return NOTHING_FIXED
    kind = match.WhichOneof("path_specifier")
    if kind == "path":
        return Fixed(match.path, whole=True)
    if kind in ("prefix", "path_separated_prefix"):
        return Fixed(getattr(match, kind))
    return NOTHING_FIXED


def by_prefix(match: rc.RouteMatch, put: str) -> PathChange:
    """Return what replacing the matched prefix does; other conditions match the whole path."""
    kind = match.WhichOneof("path_specifier")
    if kind in ("prefix", "path_separated_prefix"):
        return PathChange(len(getattr(match, kind)), put)
    return PathChange(None, put)


def same(one: PathChange, other: PathChange, common: Fixed) -> bool:
    """Say whether two changes do the same to every path that has `common`."""
    return one == other or _settled(one, common) == _settled(other, common)


def _settled(change: PathChange, common: Fixed) -> PathChange:
    """Let a change take all of what is known of the path."""
    if change.pattern:
        return change
    if common.whole:
        kept = "" if change.taken is None else common.text[change.taken :]
        return PathChange(None, change.put + kept)
    if change.taken is None or change.taken > len(common.text):
        return change
    return PathChange(len(common.text), change.put + common.text[change.taken :])


def meeting(one: PathChange, other: PathChange) -> Expression | None:
    """Return the paths to which two different changes do the same; None where there are none.

    Replacements by patterns are not looked into.
    """
    if one.pattern or other.pattern:
        return None
    if one.taken is None or (other.taken is not None and other.taken < one.taken):
        one, other = other, one
    if one.taken is None or not other.put.startswith(one.put):
        return None
    left, kept = _letters(one.taken), other.put[len(one.put) :]
    if other.taken is None:
        return Chain((left, expressions.exact(kept)))
    if len(kept) != other.taken - one.taken:
        return None
    return Chain((left, expressions.exact(kept), expressions.ANYTHING))


def _letters(count: int) -> Expression:
    return Repeat(Letter(ALL), count, count)


def joined(one: Fixed, other: Fixed) -> Fixed:
    """Return what paths have in common that are in both."""
    return max(one, other, key=lambda each: (each.whole, len(each.text)))
