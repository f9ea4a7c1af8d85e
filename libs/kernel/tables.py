"""Tables that know where they were changed, so that nobody has to look for it."""

from collections.abc import Collection, Mapping
from typing import TypeVar
from weakref import ref

_K = TypeVar("_K")
_V = TypeVar("_V")


class Table(dict[_K, _V]):
    """A mapping that nobody changes, and the keys at which it may differ from a former one.

    The former one is not kept alive. All other keys have the same values in the same order.
    """

    __slots__ = ("__weakref__", "_former", "_keys")

    def __init__(
        self,
        values: Mapping[_K, _V],
        former: Mapping[_K, _V] | None = None,
        keys: Collection[_K] = (),
    ) -> None:
        """Take values; of a former mapping that is no table nothing is remembered."""
        super().__init__(values)
        self._former = ref(former) if isinstance(former, Table) else None
        self._keys = keys

    def since(self, former: object) -> Collection[_K] | None:
        """Return the keys at which it may differ from `former`, None where that is not known."""
        known = self._former() if self._former is not None else None
        return self._keys if known is not None and known is former else None
