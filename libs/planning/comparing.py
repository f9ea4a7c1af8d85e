"""What differs between an object as it should be and as a cluster has it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from libs.ports.kubecluster import Body

_IDENTITY = frozenset({"apiVersion", "kind"})
_SERVERS = frozenset({"managedFields", "resourceVersion", "generation"})


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not as it should be. `live` is None where the cluster does not have it."""

    path: str
    wanted: Any
    live: Any


def differences(wanted: Body, live: Body) -> Iterator[Difference]:
    """Yield the fields that `wanted` says and `live` does not; what only `live` has is no matter.

    A list is whole: its items are compared one by one where there are as many of them.
    """
    for name in sorted(wanted.keys() - _IDENTITY):
        yield from _compared(wanted[name], live.get(name), f".{name}")


def same(one: Body, other: Body) -> bool:
    """Say whether two states of an object are the same but for what a server counts and notes."""
    return _stripped(one) == _stripped(other)


def _stripped(body: Body) -> Body:
    metadata = {
        name: value for name, value in body.get("metadata", {}).items() if name not in _SERVERS
    }
    return {**body, "metadata": metadata}


def _compared(wanted: Any, live: Any, path: str) -> Iterator[Difference]:
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        for name in sorted(wanted):
            yield from _compared(wanted[name], live.get(name), path + _step(name))
    elif _are_lists(wanted, live) and len(wanted) == len(live):
        for at, (left, right) in enumerate(zip(wanted, live, strict=True)):
            yield from _compared(left, right, f"{path}[{at}]")
    elif not _equal(wanted, live):
        yield Difference(path, wanted, live)


def _step(name: str) -> str:
    return f".{name}" if name.isidentifier() else f"[{name}]"


def _are_lists(*values: Any) -> bool:
    return all(isinstance(value, list | tuple) for value in values)


def _equal(wanted: Any, live: Any) -> bool:
    """An empty map or list that a server leaves out is as good as there."""
    if wanted in ({}, [], ()) and live is None:
        return True
    if _are_lists(wanted, live):
        return list(wanted) == list(live)
    return bool(wanted == live)
