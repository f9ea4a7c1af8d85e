"""Rules that go on in another VirtualService: the delegate's rules under the root's conditions.

A delegate has no hosts of its own. What its rules say wins over what the root's rule says; a
delegate's rule whose conditions the root's conditions exclude is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from libs.kernel.origins import ObjectKey
from libs.meshapi.matches import StringMatch
from libs.meshapi.virtualservice import (
    HeaderOperations,
    Headers,
    HTTPMatchRequest,
    HTTPRoute,
    VirtualService,
)
from libs.registry.exports import exported, sees

_TAKEN_OVER = (
    "rewrite",
    "timeout",
    "retries",
    "fault",
    "mirror",
    "mirror_percentage",
    "mirrored_percent",
    "mirror_percent",
    "cors_policy",
)
_PSEUDO = ("uri", "scheme", "method", "authority")
_MAPS = ("headers", "without_headers", "query_params")

Completed = Callable[[HTTPRoute, str], HTTPRoute]
"""Completes the names that a rule has by the namespace of its object."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The rules of a root with those of its delegates, whose they are, and what was left out."""

    http: tuple[HTTPRoute, ...]
    delegates: tuple[ObjectKey, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delegates:
    """VirtualServices without hosts, by namespace and name. `default` is the mesh's `exportTo`."""

    by_name: Mapping[tuple[str, str], VirtualService] = field(default_factory=dict)
    default: tuple[str, ...] = ()

    def joined(self, root: VirtualService, completed: Completed) -> Joined:
        """Put the rules of delegates where the root's rules name them."""
        if not any(rule.delegate for rule in root.spec.http):
            return Joined(root.spec.http)
        http: list[HTTPRoute] = []
        keys: dict[ObjectKey, None] = {}
        problems: list[str] = []
        for rule in root.spec.http:
            found = self._found(root, rule)
            if isinstance(found, str):
                problems.append(f"{root.key}: {found}")
            elif found is None:
                http.append(rule)
            else:
                keys.setdefault(found.key)
                for added in _rules(rule, found, completed):
                    problems += [f"{root.key}: {added}"] if isinstance(added, str) else []
                    http += [] if isinstance(added, str) else [added]
        return Joined(tuple(http), tuple(keys), tuple(problems))

    def _found(self, root: VirtualService, rule: HTTPRoute) -> VirtualService | str | None:
        """Return where a rule goes on, None when it does not, or why it cannot."""
        if rule.delegate is None:
            return None
        namespace = rule.delegate.namespace or root.namespace
        name = f"{namespace}/{rule.delegate.name}"
        found = self.by_name.get((namespace, rule.delegate.name))
        if found is None:
            return f"delegate {name} is no VirtualService without hosts; its rule is left out"
        if not sees(exported(found.spec.export_to, namespace, self.default), root.namespace):
            return f"delegate {name} is not exported to {root.namespace}; its rule is left out"
        return found


def delegates(services: Iterable[VirtualService], default: Iterable[str] = ()) -> Delegates:
    """Index those that can be delegates."""
    found = {(one.namespace, one.metadata.name): one for one in services if not one.spec.hosts}
    return Delegates(found, tuple(default))


def _rules(
    root: HTTPRoute, delegate: VirtualService, completed: Completed
) -> Iterator[HTTPRoute | str]:
    for rule in delegate.spec.http:
        called = f"rule `{rule.name}` of delegate {delegate.key}"
        match = _matches(root.match, rule.match)
        if match is None:
            yield f"{called} has a condition that the root's rule excludes; it is left out"
        else:
            yield _joined(root, completed(rule, delegate.namespace), match)


def _joined(root: HTTPRoute, leaf: HTTPRoute, match: tuple[HTTPMatchRequest, ...]) -> HTTPRoute:
    update: dict[str, Any] = {
        name: getattr(root, name) for name in _TAKEN_OVER if getattr(leaf, name) is None
    }
    update["mirrors"] = leaf.mirrors or root.mirrors
    update["headers"] = _headers(root.headers, leaf.headers)
    update["name"] = _names(root.name, leaf.name)
    return leaf.model_copy(update={**update, "match": match})


def _names(root: str, leaf: str) -> str:
    return "-".join(filter(None, (root, leaf)))


def _headers(root: Headers | None, leaf: Headers | None) -> Headers | None:
    if root is None or leaf is None:
        return leaf or root
    return Headers(
        request=_operations(root.request, leaf.request),
        response=_operations(root.response, leaf.response),
    )


def _operations(
    root: HeaderOperations | None, leaf: HeaderOperations | None
) -> HeaderOperations | None:
    """Join by header; what the delegate says about one counts."""
    if root is None or leaf is None:
        return leaf or root
    return HeaderOperations(
        set={**root.set, **leaf.set},
        add={**root.add, **leaf.add},
        remove=tuple(dict.fromkeys((*root.remove, *leaf.remove))),
    )


def _matches(
    root: tuple[HTTPMatchRequest, ...], leaf: tuple[HTTPMatchRequest, ...]
) -> tuple[HTTPMatchRequest, ...] | None:
    """Narrow every alternative of the delegate by those of the root that allow it.

    None when one of them is allowed by none.
    """
    if not root or not leaf:
        return leaf or root
    found: list[HTTPMatchRequest] = []
    for one in leaf:
        allowed = [_narrowed(each, one) for each in root if not _excludes(each, one)]
        if not allowed:
            return None
        found += allowed
    return tuple(found)


def _narrowed(root: HTTPMatchRequest, leaf: HTTPMatchRequest) -> HTTPMatchRequest:
    update: dict[str, Any] = {
        name: getattr(leaf, name) or getattr(root, name)
        for name in (*_PSEUDO, "port", "gateways", "source_namespace", "stat_prefix")
    }
    for name in (*_MAPS, "source_labels"):
        update[name] = {**getattr(root, name), **getattr(leaf, name)}
    return leaf.model_copy(update={**update, "name": _names(root.name, leaf.name)})


def _excludes(root: HTTPMatchRequest, leaf: HTTPMatchRequest) -> bool:
    """Say whether requests of the delegate's alternative can be others than the root's."""
    pairs = [(getattr(root, name), getattr(leaf, name)) for name in _PSEUDO]
    for name in _MAPS:
        outer = getattr(root, name)
        pairs += [(outer.get(key), value) for key, value in getattr(leaf, name).items()]
    if any(_leaves(outer, inner) for outer, inner in pairs):
        return True
    labels = any(
        root.source_labels.get(key, value) != value for key, value in leaf.source_labels.items()
    )
    ports = bool(root.port and leaf.port and root.port != leaf.port)
    gateways = bool(root.gateways) and not set(leaf.gateways) <= set(root.gateways)
    return (
        labels
        or ports
        or gateways
        or root.ignore_uri_case != leaf.ignore_uri_case
        or root.source_namespace != leaf.source_namespace
    )


def _leaves(root: StringMatch | None, leaf: StringMatch | None) -> bool:
    """Say whether a text can fit the delegate's condition and not the root's.

    Of a regex this is not known, so beside one nothing else may be written.
    """
    if root is None or leaf is None:
        return False
    if root.regex or leaf.regex:
        return True
    if root.exact:
        return leaf.exact != root.exact
    narrower = leaf.prefix or leaf.exact
    return not (root.prefix and narrower and narrower.startswith(root.prefix))
