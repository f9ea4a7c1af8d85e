"""Rules of references that all routes share."""

from collections.abc import Iterator, Sequence

from libs.meshapi.gatewayapi.references import BackendReference, ParentReference
from libs.meshapi.gatewayapi.sessions import SessionPersistence
from libs.meshapi.problems import Path, Problem

PARENTS: Path = ("spec", "parentRefs")


def parents(refs: Sequence[ParentReference]) -> Iterator[Problem]:
    """Check that parents which are the same object are told apart, all of them, by a section."""
    seen: dict[tuple[object, ...], list[ParentReference]] = {}
    for index, ref in enumerate(refs):
        earlier = seen.setdefault((ref.group, ref.kind, ref.namespace, ref.name), [])
        if any((one.section_name, one.port) == (ref.section_name, ref.port) for one in earlier):
            yield Problem((*PARENTS, index), "this parent is there already; remove one of them")
        elif earlier and None in {one.section_name or one.port for one in (*earlier, ref)}:
            text = "the same parent twice needs a `sectionName` each; write both"
            yield Problem((*PARENTS, index), text)
        earlier.append(ref)


def backend(path: Path, ref: BackendReference) -> Iterator[Problem]:
    """Check that a Service has its port."""
    if (ref.group, ref.kind) == ("", "Service") and ref.port is None:
        yield Problem(path, "a Service needs its `port`; write the number")


def session(path: Path, value: SessionPersistence | None) -> Iterator[Problem]:
    """Check that the cookie's settings fit."""
    if value is None or value.cookie_config is None:
        return
    if value.type != "Cookie":
        text = "`cookieConfig` is for type `Cookie`; remove it"
        yield Problem((*path, "cookieConfig"), text, at_key=True)
    if value.cookie_config.lifetime_type == "Permanent" and value.absolute_timeout is None:
        yield Problem(path, "a permanent cookie needs `absoluteTimeout`; write it")
