"""Rules of filters of HTTPRoute and GRPCRoute."""

from collections.abc import Iterator, Mapping, Sequence

from libs.meshapi.gatewayapi.filters import (
    CORS,
    ExternalAuth,
    GRPCRouteFilter,
    HeaderModifier,
    HTTPRouteFilter,
    PathModifier,
    RequestMirror,
)
from libs.meshapi.problems import Path, Problem
from libs.meshapi.rules.common import alternatives, unique
from libs.meshapi.rules.gatewayapi.references import backend

AnyFilter = HTTPRouteFilter | GRPCRouteFilter

_FIELDS: Mapping[str, tuple[str, str]] = {
    "RequestHeaderModifier": ("request_header_modifier", "requestHeaderModifier"),
    "ResponseHeaderModifier": ("response_header_modifier", "responseHeaderModifier"),
    "RequestMirror": ("request_mirror", "requestMirror"),
    "RequestRedirect": ("request_redirect", "requestRedirect"),
    "URLRewrite": ("url_rewrite", "urlRewrite"),
    "CORS": ("cors", "cors"),
    "ExternalAuth": ("external_auth", "externalAuth"),
    "ExtensionRef": ("extension_ref", "extensionRef"),
}
_ONCE = frozenset(_FIELDS) - {"RequestMirror", "ExtensionRef", "ExternalAuth"}


def check(path: Path, filters: Sequence[AnyFilter]) -> Iterator[Problem]:
    """Check every filter by itself, and that they can stand together."""
    types: list[str] = [one.type for one in filters]
    for index, kind in enumerate(types):
        if kind in _ONCE and kind in types[:index]:
            text = f"filter `{kind}` is there already; merge them into one"
            yield Problem((*path, index, "type"), text)
    if "RequestRedirect" in types and "URLRewrite" in types:
        text = "`RequestRedirect` and `URLRewrite` exclude each other; keep one of them"
        yield Problem((*path, types.index("URLRewrite"), "type"), text)
    for index, one in enumerate(filters):
        yield from _filter((*path, index), one)


def _filter(path: Path, one: AnyFilter) -> Iterator[Problem]:
    for kind, (attribute, name) in _FIELDS.items():
        value = getattr(one, attribute, None)
        if value is None and one.type == kind:
            yield Problem(path, f"type `{kind}` needs `{name}`; write it")
        if value is not None and one.type != kind:
            text = f"`{name}` belongs to type `{kind}`; remove it, or write that type"
            yield Problem((*path, name), text, at_key=True)
        if value is not None:
            yield from _part((*path, name), value)


def _part(path: Path, value: object) -> Iterator[Problem]:
    if isinstance(value, HeaderModifier):
        yield from _headers(path, value)
    elif isinstance(value, RequestMirror):
        yield from _mirror(path, value)
    elif isinstance(value, CORS):
        yield from _cors(path, value)
    elif isinstance(value, ExternalAuth):
        yield from _authorizer(path, value)
    else:
        modifier: PathModifier | None = getattr(value, "path", None)
        if modifier is not None:
            yield from _path((*path, "path"), modifier)


def _headers(path: Path, value: HeaderModifier) -> Iterator[Problem]:
    for name, headers in (("set", value.set), ("add", value.add)):
        names = [one.name.lower() for one in headers]
        yield from unique((*path, name), names, "name", "header")
    yield from unique((*path, "remove"), value.remove, "", "header")


def _mirror(path: Path, value: RequestMirror) -> Iterator[Problem]:
    yield from backend((*path, "backendRef"), value.backend_ref)
    if value.percent is not None and value.fraction is not None:
        text = "`percent` and `fraction` exclude each other; keep one of them"
        yield Problem((*path, "fraction"), text, at_key=True)
    fraction = value.fraction
    if fraction is not None and fraction.numerator > fraction.denominator:
        text = "the fraction is more than 1; write a smaller `numerator`"
        yield Problem((*path, "fraction", "numerator"), text)


def _path(path: Path, value: PathModifier) -> Iterator[Problem]:
    for kind, name, text in (
        ("ReplaceFullPath", "replaceFullPath", value.replace_full_path),
        ("ReplacePrefixMatch", "replacePrefixMatch", value.replace_prefix_match),
    ):
        if text is None and value.type == kind:
            yield Problem(path, f"type `{kind}` needs `{name}`; write it")
        if text is not None and value.type != kind:
            sentence = f"`{name}` belongs to type `{kind}`; remove it, or write that type"
            yield Problem((*path, name), sentence, at_key=True)


def _cors(path: Path, value: CORS) -> Iterator[Problem]:
    for name, values in (
        ("allowOrigins", value.allow_origins),
        ("allowMethods", value.allow_methods),
        ("allowHeaders", value.allow_headers),
    ):
        if "*" in values and len(values) > 1:
            text = "`*` means all of them; remove the other items"
            yield Problem((*path, name), text, at_key=True)
        yield from unique((*path, name), values, "", "item")


def _authorizer(path: Path, value: ExternalAuth) -> Iterator[Problem]:
    yield from alternatives(path, value)
    for name, part, protocol in (("grpc", value.grpc, "GRPC"), ("http", value.http, "HTTP")):
        if (part is not None) != (value.protocol == protocol):
            text = f"`{name}` and protocol `{protocol}` go together; write both or none"
            yield Problem(path, text)
    yield from backend((*path, "backendRef"), value.backend_ref)
