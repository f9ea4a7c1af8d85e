"""Virtual hosts on demand: which one answers for the name that a client asks by.

A client asks by `<route configuration>/<Host header>`, and each asked name is answered by a virtual
host of that very name and for that host alone. So no wildcard ever stands in the client's table,
where it would hide every host that is not loaded; wildcards are resolved here, in Envoy's order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from libs.kernel.ids import ResourceName, Version
from libs.kernel.xds import VIRTUAL_HOST, Resource
from libs.xdsproto.wire import Encoded, encode, encode_absent, virtual_host_body

ABSENT = Version("absent")
"""Version of the answer that there is no such host."""

_Entries = Mapping[ResourceName, Encoded]

_NOBODY = "__none"
_SHARED_MAX = 20_000


def configuration_of(name: ResourceName) -> str:
    """Return the route configuration of an asked name."""
    return name.rpartition("/")[0]


def release(configuration: str) -> ResourceName:
    """Return a name that no host has; its removal ends the client's wait for the configuration."""
    return ResourceName(f"{configuration}/{_NOBODY}")


def is_release(name: ResourceName) -> bool:
    """Say whether a name is one that no host has."""
    return name.endswith("/" + _NOBODY)


def absent(name: ResourceName) -> Encoded:
    """Return the answer that there is no such host."""
    return encode_absent(VIRTUAL_HOST, name, ABSENT)


@dataclass(slots=True)
class _Domains:
    """The domains of one route configuration, as Envoy looks them up."""

    exact: dict[str, Encoded] = field(default_factory=dict)
    endings: dict[int, dict[str, Encoded]] = field(default_factory=dict)
    beginnings: dict[int, dict[str, Encoded]] = field(default_factory=dict)
    any: Encoded | None = None

    def copy(self) -> "_Domains":
        """Return a table that can be changed."""
        return _Domains(
            dict(self.exact),
            {length: dict(known) for length, known in self.endings.items()},
            {length: dict(known) for length, known in self.beginnings.items()},
            self.any,
        )

    def add(self, entry: Encoded) -> None:
        """Let an entry answer for all of its domains."""
        for domain in entry.resource.aliases:
            if domain == "*":
                self.any = entry
            else:
                table, key = self._place(domain)
                table[key] = entry

    def drop(self, entry: Encoded) -> None:
        """Let nobody answer for the domains for which an entry does."""
        for domain in entry.resource.aliases:
            if domain == "*":
                self.any = None if self.any is entry else self.any
                continue
            table, key = self._place(domain)
            if table.get(key) is entry:
                del table[key]

    def _place(self, domain: str) -> tuple[dict[str, Encoded], str]:
        if domain.startswith("*"):
            return self.endings.setdefault(len(domain) - 1, {}), domain[1:]
        if domain.endswith("*"):
            return self.beginnings.setdefault(len(domain) - 1, {}), domain[:-1]
        return self.exact, domain

    def find(self, host: str) -> Encoded | None:
        """Exact before the longest ending before the longest beginning before everything."""
        found = self.exact.get(host)
        if found is not None:
            return found
        for length in sorted(self.endings, reverse=True):
            if length < len(host) and (found := self.endings[length].get(host[-length:])):
                return found
        for length in sorted(self.beginnings, reverse=True):
            if length < len(host) and (found := self.beginnings[length].get(host[:length])):
                return found
        return self.any


class HostTable:
    """All virtual hosts of a view that are delivered on demand, by configuration and domain."""

    def __init__(self, entries: _Entries) -> None:
        """Index the domains of virtual hosts, which are their aliases."""
        self._domains: dict[str, _Domains] = {}
        self._shared: dict[ResourceName, Encoded] = {}
        for name, entry in entries.items():
            self._domains.setdefault(configuration_of(name), _Domains()).add(entry)

    def followed(self, before: _Entries, after: _Entries) -> "HostTable":
        """Return the table of entries of which most are the same as in this one."""
        came = {name: one for name, one in after.items() if before.get(name) is not one}
        went = {name: one for name, one in before.items() if after.get(name) is not one}
        made = HostTable({})
        made._domains = dict(self._domains)
        for name in {configuration_of(one) for one in (*came, *went)}:
            known = self._domains.get(name)
            made._domains[name] = known.copy() if known else _Domains()
        for name, entry in went.items():
            made._domains[configuration_of(name)].drop(entry)
        for name, entry in came.items():
            made._domains[configuration_of(name)].add(entry)
        left = {configuration_of(one) for one in after}
        made._domains = {name: one for name, one in made._domains.items() if name in left}
        return made

    @property
    def configurations(self) -> frozenset[str]:
        """Names of the route configurations whose hosts are delivered on demand."""
        return frozenset(self._domains)

    def find(self, name: ResourceName) -> Encoded | None:
        """Return the virtual host for an asked name, under that name; None when there is none."""
        known = self._shared.get(name)
        if known is not None or is_release(name):
            return known
        configuration, _, host = name.rpartition("/")
        domains = self._domains.get(configuration)
        entry = domains.find(host.lower()) if domains else None
        if entry is None:
            return None
        made = _for_one(entry, name, host.lower())
        if len(self._shared) < _SHARED_MAX:
            self._shared[name] = made
        return made

    def named(self, names: Iterable[ResourceName]) -> Iterable[ResourceName]:
        """Return those of asked names that some domain spells out."""
        for name in names:
            configuration, _, host = name.rpartition("/")
            domains = self._domains.get(configuration)
            if domains is not None and host.lower() in domains.exact:
                yield name


def _for_one(entry: Encoded, name: ResourceName, host: str) -> Encoded:
    body = virtual_host_body(name, host, entry.resource.body)
    return encode(Resource(VIRTUAL_HOST, name, entry.version, body, (name,)))
