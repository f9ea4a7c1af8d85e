"""Whether a route's conditions hold for a request."""

from collections.abc import Callable, Iterator, Mapping

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.type.v3 import percent_pb2

from libs.routing import texts
from libs.routing.metadata import noted_holds
from libs.routing.outcome import UndecidedError, understood
from libs.routing.request import Request

_MATCH = frozenset(
    {
        "prefix",
        "path",
        "path_separated_prefix",
        "safe_regex",
        "case_sensitive",
        "runtime_fraction",
        "headers",
        "query_parameters",
        "dynamic_metadata",
        "grpc",
    }
)
_HEADER = frozenset(
    {
        "name",
        "string_match",
        "safe_regex_match",
        "exact_match",
        "prefix_match",
        "suffix_match",
        "contains_match",
        "range_match",
        "present_match",
        "invert_match",
        "treat_missing_header_as_empty",
    }
)
_PARTS_PER: Mapping[int, int] = {
    percent_pb2.FractionalPercent.HUNDRED: 100,
    percent_pb2.FractionalPercent.TEN_THOUSAND: 10_000,
    percent_pb2.FractionalPercent.MILLION: 1_000_000,
}
_OWN_HEADERS = frozenset({"x-request-id", "x-forwarded-for", "x-forwarded-proto", "via"})
"""Envoy itself writes these before it looks for a route."""


def holds(match: rc.RouteMatch, request: Request) -> bool:
    """Say whether all conditions hold.

    Raises UndecidedError for one that is not understood, unless another one is known not to hold.
    """
    unknown: UndecidedError | None = None
    for condition in _conditions(match, request):
        try:
            if not condition():
                return False
        except UndecidedError as error:
            unknown = unknown or error
    if unknown is not None:
        raise unknown
    return True


def _conditions(match: rc.RouteMatch, request: Request) -> Iterator[Callable[[], bool]]:
    yield lambda: path_holds(match, request)
    for one in match.headers:
        yield lambda one=one: header_holds(one, request)  # type: ignore[misc]
    for parameter in match.query_parameters:
        yield lambda parameter=parameter: query_holds(parameter, request)  # type: ignore[misc]
    for noted in match.dynamic_metadata:
        yield lambda noted=noted: noted_holds(noted, request.noted)  # type: ignore[misc]
    if match.HasField("grpc"):
        yield lambda: _is_grpc(request)
    if match.HasField("runtime_fraction"):
        yield lambda: _always(match.runtime_fraction.default_value)
    yield lambda: _known(match)


def _known(match: rc.RouteMatch) -> bool:
    understood(match, _MATCH, "match")
    return True


def path_holds(match: rc.RouteMatch, request: Request) -> bool:
    """Compare the path without its query; a regex always minds the case."""
    kind = match.WhichOneof("path_specifier")
    if kind == "safe_regex":
        return texts.covers(match.safe_regex, request.bare_path)
    if kind not in ("prefix", "path", "path_separated_prefix"):
        raise UndecidedError(f"match.{kind}")
    path, wanted = request.bare_path, str(getattr(match, kind))
    if match.HasField("case_sensitive") and not match.case_sensitive.value:
        path, wanted = path.lower(), wanted.lower()
    if kind == "path":
        return path == wanted
    if kind == "prefix":
        return path.startswith(wanted)
    return path == wanted or path.startswith(f"{wanted}/")


def header_holds(matcher: rc.HeaderMatcher, request: Request) -> bool:
    """Say whether a header fits.

    One that is missing fits no condition on its value, not even an inverted one, unless it is to be
    read as empty.
    """
    understood(matcher, _HEADER, "header_matcher")
    name = matcher.name.lower()
    if name in _OWN_HEADERS or name.startswith("x-envoy-"):
        raise UndecidedError(f"header {name}, which Envoy writes itself")
    value = request.header(name)
    kind = matcher.WhichOneof("header_match_specifier")
    if kind in (None, "present_match"):
        wanted = matcher.present_match if kind else True
        return ((value is not None) == wanted) != matcher.invert_match
    if value is None and not matcher.treat_missing_header_as_empty:
        return False
    return _value_fits(matcher, str(kind), value or "") != matcher.invert_match


def _value_fits(matcher: rc.HeaderMatcher, kind: str, value: str) -> bool:
    if kind == "string_match":
        return texts.matches(matcher.string_match, value)
    if kind == "safe_regex_match":
        return texts.covers(matcher.safe_regex_match, value)
    if kind == "range_match":
        number = _number(value)
        return number is not None and matcher.range_match.start <= number < matcher.range_match.end
    return _PLAIN[kind](value, getattr(matcher, kind))


_PLAIN: Mapping[str, Callable[[str, str], bool]] = {
    "exact_match": str.__eq__,
    "prefix_match": str.startswith,
    "suffix_match": str.endswith,
    "contains_match": str.__contains__,
}


def _number(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() else None


def query_holds(matcher: rc.QueryParameterMatcher, request: Request) -> bool:
    """Say whether the first value of a query parameter fits, undecoded as it stands."""
    understood(matcher, ("name", "string_match", "present_match"), "query_parameters")
    value = request.query_parameter(matcher.name)
    if matcher.HasField("present_match"):
        return (value is not None) == matcher.present_match
    if value is None:
        return False
    return not matcher.HasField("string_match") or texts.matches(matcher.string_match, value)


def _is_grpc(request: Request) -> bool:
    kind = request.header("content-type") or ""
    return kind == "application/grpc" or kind.startswith("application/grpc+")


def _always(share: percent_pb2.FractionalPercent) -> bool:
    """A share of none or all is a decision; any other is left to chance."""
    value = percent(share)
    if 0 < value < 100:
        raise UndecidedError(f"runtime_fraction of {value:g} percent")
    return value > 0


def percent(share: percent_pb2.FractionalPercent) -> float:
    """Return a share in percent, at most 100."""
    return min(100.0, 100.0 * share.numerator / _PARTS_PER[share.denominator])
