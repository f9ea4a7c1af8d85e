"""What becomes of a path and a host: rewrites for the upstream, the place a redirect names."""

from collections.abc import Mapping

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.type.matcher.v3 import regex_pb2

from libs.routing import texts
from libs.routing.outcome import UndecidedError, understood
from libs.routing.request import Request

_STATUSES: Mapping[int, int] = {
    rc.RedirectAction.MOVED_PERMANENTLY: 301,
    rc.RedirectAction.FOUND: 302,
    rc.RedirectAction.SEE_OTHER: 303,
    rc.RedirectAction.TEMPORARY_REDIRECT: 307,
    rc.RedirectAction.PERMANENT_REDIRECT: 308,
}
_REDIRECT = frozenset(
    {
        "https_redirect",
        "scheme_redirect",
        "host_redirect",
        "port_redirect",
        "path_redirect",
        "prefix_rewrite",
        "regex_rewrite",
        "response_code",
        "strip_query",
    }
)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def with_prefix(match: rc.RouteMatch, request: Request, prefix: str) -> str:
    """Replace what the condition matched: a prefix, or the whole path. The query stays."""
    kind = match.WhichOneof("path_specifier")
    if kind in ("prefix", "path_separated_prefix"):
        return prefix + request.path[len(getattr(match, kind)) :]
    return prefix + request.query


def with_regex(pattern: regex_pb2.RegexMatcher, substitution: str, request: Request) -> str:
    """Replace what a pattern finds in the path. The query stays."""
    return texts.substitute(pattern, substitution, request.bare_path) + request.query


def status(action: rc.RedirectAction) -> int:
    """Return the HTTP status of a redirect."""
    return _STATUSES[action.response_code]


def location(action: rc.RedirectAction, match: rc.RouteMatch, request: Request) -> str:
    """Return the place that a redirect names."""
    understood(action, _REDIRECT, "redirect")
    old = str(request.header(":scheme"))
    scheme = "https" if action.https_redirect else action.scheme_redirect.lower() or old
    port = f":{action.port_redirect}" if action.port_redirect else ""
    host = action.host_redirect or _kept_host(request.host, old, scheme, port)
    return f"{scheme}://{host}{port}{_path(action, match, request)}"


def _kept_host(host: str, old_scheme: str, scheme: str, port: str) -> str:
    """Drop the request's port where another one is stated, or a default one with its scheme."""
    name, colon, number = host.rpartition(":")
    if not colon or not number.isdigit():
        return host
    leaves = old_scheme != scheme and f":{number}" == _DEFAULT_PORTS.get(old_scheme)
    return name if port or leaves else host


def _path(action: rc.RedirectAction, match: rc.RouteMatch, request: Request) -> str:
    """A query of the stated path beats the request's."""
    kind = action.WhichOneof("path_rewrite_specifier")
    query = "" if action.strip_query else request.query
    if kind == "path_redirect":
        stated = action.path_redirect
        return stated if "?" in stated else stated + query
    whole = Request(request.bare_path + query, request.host, request.headers)
    if kind == "prefix_rewrite":
        return with_prefix(match, whole, action.prefix_rewrite)
    if kind == "regex_rewrite":
        regex = action.regex_rewrite
        return with_regex(regex.pattern, regex.substitution, whole)
    if kind is not None:
        raise UndecidedError(f"redirect.{kind}")
    return whole.path
