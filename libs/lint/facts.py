"""All objects of a fleet by what is asked about them; a change costs what it changes."""

from collections.abc import Hashable, Iterable, Mapping
from itertools import chain
from typing import Any

from libs.kernel.ids import ClusterName
from libs.lint.index import Fact, HasKey, Index, KeysOf
from libs.lint.subject import Subject
from libs.meshapi.meshobject import MeshObject
from libs.registry.order import age

Found = tuple[Subject[Any], ...]
_Table = dict[Hashable, Found]
_Order = tuple[tuple[float, int, str, str], str, str, int, int]


class Facts:
    """Tables are made when first asked for and kept up to date from then on.

    Objects under one key stand oldest first, whatever the order in which they came.
    """

    def __init__(self, domain: str) -> None:
        """Begin without objects. `domain` is the mesh's."""
        self.domain = domain
        self._by_kind: dict[type[MeshObject], dict[Subject[Any], None]] = {}
        self._tables: dict[Index[Any], _Table] = {}
        self._keys_of: dict[Index[Any], dict[ClusterName, frozenset[Hashable]]] = {}

    def find(self, index: Index[Any], key: Hashable) -> Found:
        """Return the objects under a key, in all clusters and sets."""
        return self.table(index).get(key, ())

    def table(self, index: Index[Any]) -> Mapping[Hashable, Found]:
        """Return all keys of an index with their objects."""
        known = self._tables.get(index)
        if known is None:
            known = self._tables[index] = {}
            self._fill(index, known)
        return known

    def change(self, gone: Iterable[Subject[Any]], new: Iterable[Subject[Any]]) -> set[Fact]:
        """Take objects away and add others. Return the facts that are not what they were."""
        gone, new = tuple(gone), tuple(new)
        for one in gone:
            del self._by_kind[type(one.object)][one]
        for one in new:
            self._by_kind.setdefault(type(one.object), {})[one] = None
        touched: set[Fact] = set()
        for index, table in self._tables.items():
            for key, (less, more) in self._moves(index, gone, new).items():
                before = table.get(key, ())
                after = tuple(sorted(chain((x for x in before if x not in less), more), key=_order))
                _put(table, key, after)
                touched.add((index, key))
                if _clusters(before) != _clusters(after):
                    touched.add((KeysOf(index), None))
                    touched.add((HasKey(index), key))
                    self._keys_of.pop(index, None)
        return touched

    def keys(self, index: Index[Any], cluster: ClusterName) -> frozenset[Hashable]:
        """Return the keys under which a cluster has objects; one answer for equal clusters."""
        known = self._keys_of.setdefault(index, {})
        if cluster not in known:
            found = frozenset(
                key
                for key, some in self.table(index).items()
                if any(cluster in one.clusters for one in some)
            )
            known[cluster] = next((one for one in known.values() if one == found), found)
        return known[cluster]

    def _moves(
        self, index: Index[Any], gone: Found, new: Found
    ) -> Mapping[Hashable, tuple[set[Subject[Any]], list[Subject[Any]]]]:
        moves: dict[Hashable, tuple[set[Subject[Any]], list[Subject[Any]]]] = {}
        for one in gone:
            for key in self._keys(index, one):
                moves.setdefault(key, (set(), []))[0].add(one)
        for one in new:
            for key in self._keys(index, one):
                moves.setdefault(key, (set(), []))[1].append(one)
        return moves

    def _fill(self, index: Index[Any], table: _Table) -> None:
        found: dict[Hashable, list[Subject[Any]]] = {}
        every = index.kind is MeshObject
        for kind in tuple(self._by_kind) if every else (index.kind,):
            for one in self._by_kind.get(kind, ()):
                for key in self._keys(index, one):
                    found.setdefault(key, []).append(one)
        for key, some in found.items():
            table[key] = tuple(sorted(some, key=_order)) if len(some) > 1 else (some[0],)

    def _keys(self, index: Index[Any], one: Subject[Any]) -> Iterable[Hashable]:
        if index.kind is not MeshObject and type(one.object) is not index.kind:
            return ()
        return dict.fromkeys(index.keys(one.object, self.domain))


def _put(table: _Table, key: Hashable, found: Found) -> None:
    if found:
        table[key] = found
    else:
        table.pop(key, None)


def _clusters(found: Found) -> frozenset[str]:
    return frozenset(chain.from_iterable(one.clusters for one in found))


def _order(one: Subject[Any]) -> _Order:
    """Age, then whatever makes the order the same however the objects were gathered."""
    origin = one.parsed.origin
    return age(one.object), one.set, origin.file, origin.line, origin.column
