"""What compiling reads, so that a memo notes it: the world, its registry, the proxy, any table.

Reading a field notes it as a whole; a mapping is handed out so that look-ups note their key only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, ClassVar, Final, TypeVar

from libs.compile.discovery import Undiscovered
from libs.compile.ledger import Ledger
from libs.compile.memo import Run
from libs.compile.objects import Objects
from libs.compile.policies import Policies
from libs.compile.proxy import Proxy
from libs.compile.world import World
from libs.kernel.ids import ResourceName, TypeUrl
from libs.kernel.origins import ObjectKey
from libs.registry.build import Registry
from libs.registry.sources import Sources

_K = TypeVar("_K")
_V = TypeVar("_V")


class RecordedMapping(Mapping[_K, _V]):
    """A table that notes the keys that are looked up, or that it was read as a whole."""

    __slots__ = ("_name", "_run", "_table")

    def __init__(self, run: Run, name: str, table: Mapping[_K, _V]) -> None:
        """Wrap a table under its name."""
        self._run, self._name, self._table = run, name, table

    def __getitem__(self, key: _K) -> _V:
        """Look up a key; a miss is noted as well."""
        self._run.frame.asked.add((self._name, key))
        return self._table[key]

    def get(self, key: _K, default: Any = None) -> Any:
        """Look up a key; a miss is noted as well."""
        self._run.frame.asked.add((self._name, key))
        return self._table.get(key, default)

    def __contains__(self, key: object) -> bool:
        """Look up a key; a miss is noted as well."""
        self._run.frame.asked.add((self._name, key))
        return key in self._table

    def __iter__(self) -> Iterator[_K]:
        """Read the whole table."""
        return iter(self._whole())

    def __len__(self) -> int:
        """Read the whole table."""
        return len(self._whole())

    def keys(self) -> Any:
        """Read the whole table."""
        return self._whole().keys()

    def values(self) -> Any:
        """Read the whole table."""
        return self._whole().values()

    def items(self) -> Any:
        """Read the whole table."""
        return self._whole().items()

    def _whole(self) -> Mapping[_K, _V]:
        self._run.frame.tables.add(self._name)
        return self._table


class _Recorded:
    """Hands out fields as tables. What is not listed in `TABLES` is read without a note."""

    __slots__ = ()
    TABLES: ClassVar[Mapping[str, str]] = {}

    def __getattribute__(self, name: str) -> Any:
        value = object.__getattribute__(self, name)
        table = type(self).TABLES.get(name)
        if table is None:
            return value
        run: Run = object.__getattribute__(self, "run")
        if isinstance(value, Mapping):
            return RecordedMapping(run, table, value)
        run.frame.tables.add(table)
        return value


def _tables(kind: type, prefix: str, *besides: str) -> Mapping[str, str]:
    return {
        one.name: f"{prefix}.{one.name}"
        for one in fields(kind)
        if one.name not in besides and not one.name.startswith("_")
    }


_UNREAD: Final = ("registry", "policies", "origins", "objects", "undiscovered")
"""Registry and policies have tables of their own; where objects are written decides nothing."""


class _World(_Recorded, World):
    __slots__ = ("run",)
    TABLES = _tables(World, "world", *_UNREAD)


class _Registry(_Recorded, Registry):
    __slots__ = ("run",)
    TABLES = _tables(Registry, "registry", "sources", "settings")


class _Policies(_Recorded, Policies):
    __slots__ = ("run",)
    TABLES = _tables(Policies, "policies", "rules", "domain", "default")


class _Proxy(_Recorded, Proxy):
    __slots__ = ("run",)
    TABLES = _tables(Proxy, "proxy")


def recorded_world(run: Run, world: World) -> World:
    """Return the same world, its reads noted."""
    registry = _copied(run, world.registry, _Registry, sources=Sources(world.domain))
    policies = _copied(run, world.policies, _Policies, rules={})
    result: World = _copied(
        run,
        world,
        _World,
        registry=registry,
        policies=policies,
        objects=Objects(),
        undiscovered=Undiscovered(),
    )
    return result


def recorded_proxy(run: Run, proxy: Proxy) -> Proxy:
    """Return the same proxy, its reads noted."""
    result: Proxy = _copied(run, proxy, _Proxy)
    return result


def recorded_table(run: Run, name: str, table: Mapping[_K, _V]) -> Mapping[_K, _V]:
    """Return a table that was made while compiling, its reads noted."""
    run.table(name, table)
    return RecordedMapping(run, name, table)


_Kind = TypeVar("_Kind", bound=_Recorded)


def _copied(run: Run, original: Any, kind: type[_Kind], **other: Any) -> Any:
    values = {one.name: getattr(original, one.name) for one in fields(original)}
    for name, table in kind.TABLES.items():
        run.table(table, values[name])
    result = kind(**(values | other))
    object.__setattr__(result, "run", run)
    return result


class NodeLedger(Ledger):
    """Notes of the node that is running."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        """Write into a run."""
        super().__init__()
        self._run = run

    def credit(self, type_url: TypeUrl, name: str, *keys: ObjectKey | None) -> None:
        """Note the objects that a resource comes from."""
        at = (type_url, ResourceName(name))
        self._run.frame.credits += [(at, key) for key in keys if key is not None]

    def problem(self, sentence: str) -> None:
        """Note what could not be done as it is written."""
        self._run.frame.problems.append(sentence)
