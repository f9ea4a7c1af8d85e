"""Runs every check over every cluster, and from one state to the next only what can be another."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from libs.desired.duplicates import duplicates
from libs.desired.finding import Finding
from libs.desired.fleetview import FleetView
from libs.kernel.ids import ClusterName, SetName
from libs.lint import tenancy
from libs.lint.clusterview import is_complete, view_over
from libs.lint.facts import Facts
from libs.lint.index import COMPLETE, Fact, Index
from libs.lint.interface import Check, FleetCheck, ObjectCheck
from libs.lint.judging import Bench, Task, Views, judge
from libs.lint.readers import Readers
from libs.lint.stock import Contents, Stock
from libs.lint.subject import Subject
from libs.lint.wholes import Wholes
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parsed import ParsedObject
from libs.registry.build import DEFAULT_DOMAIN

AnyCheck = Check | ObjectCheck | FleetCheck

_IDENTITY = Index(MeshObject, lambda one, _: (one.key,))


class Lint:
    """Finds what is wrong with one state of a fleet after the other.

    What it says of a state does not depend on the states before; how long it takes does.
    """

    def __init__(self, checks: Iterable[AnyCheck]) -> None:
        """Begin without a state."""
        checks = tuple(checks)
        self._bench = Bench(one for one in checks if isinstance(one, ObjectCheck | FleetCheck))
        self._checks = tuple(one for one in checks if not isinstance(one, ObjectCheck | FleetCheck))
        self._view: FleetView | None = None
        self._begin()

    def _begin(self) -> None:
        """Forget everything."""
        self._stock = Stock()
        self._facts = Facts(DEFAULT_DOMAIN)
        self._facts.table(_IDENTITY)
        self._readers = Readers()
        self._wholes = Wholes(self._checks)
        self._said: dict[Task | Subject[Any], tuple[Finding, ...]] = {}
        self._repeated: set[Hashable] = set()

    def findings(self, view: FleetView, contents: Contents) -> tuple[Finding, ...]:
        """Check the contents of a fleet's sets, by place.

        Sets that no cluster gets are not looked at; identity and tenancy are checked for every
        set, wherever it goes.
        """
        before, self._view = self._view, None  # whatever is raised from here on, begin anew
        if before is None or before.fleet.spec.mesh != view.fleet.spec.mesh:
            self._begin()
            before = None
        change = self._stock.renew(view, contents)
        touched = self._facts.change(change.gone, change.new)
        if before is not None and _completeness(before) != _completeness(view):
            touched.add((COMPLETE, None))
        views = {name: view_over(name, view, self._facts) for name in view.clusters}
        for one in change.gone:
            self._say(one, ())
            for task in self._bench.tasks(one):
                self._readers.forget(task)
                self._say(task, ())
        self._admit(view, change.new)
        self._look(views, self._readers.of(touched))
        self._look(views, [task for one in change.new for task in self._bench.tasks(one)])
        found = dict.fromkeys(
            (
                *(each for some in self._said.values() for each in some),
                *self._stock.findings(view),
                *self._wholes.findings(view, views, touched),
                *duplicates(view, self._namesakes(touched)),
            )
        )
        self._view = view
        return tuple(sorted(found, key=_order))

    def _admit(self, view: FleetView, subjects: Iterable[Subject[Any]]) -> None:
        """Hold new objects to what their sets may have."""
        declared = {SetName(one.name): one.allow for one in view.fleet.spec.sets}
        for one in subjects:
            self._say(one, tenancy.violations_of(one.set, one.parsed, declared.get(one.set)))

    def _look(self, views: Views, tasks: Iterable[Task]) -> None:
        for task in tasks:
            verdict = judge(task, views, self._facts)
            self._readers.note(task, verdict.facts)
            self._say(task, verdict.findings)

    def _say(self, about: Task | Subject[Any], found: Iterable[Finding]) -> None:
        some = tuple(found)
        if some:
            self._said[about] = some
        else:
            self._said.pop(about, None)

    def _namesakes(self, touched: Iterable[Fact]) -> Mapping[SetName, Sequence[ParsedObject]]:
        """Return the objects whose identity another one has as well, in the order of their sets."""
        for source, key in touched:
            if source is _IDENTITY and len(self._facts.find(_IDENTITY, key)) > 1:
                self._repeated.add(key)
            elif source is _IDENTITY:
                self._repeated.discard(key)
        # What one place of a file is in several clusters is one object all the same.
        same = {
            (one.set, key, one.parsed.origin): one
            for key in self._repeated
            for one in self._facts.find(_IDENTITY, key)
        }.values()
        found: dict[SetName, list[ParsedObject]] = {}
        for one in sorted(same, key=lambda each: (each.set, each.parsed.origin)):
            found.setdefault(one.set, []).append(one.parsed)
        return found


def _completeness(view: FleetView) -> Mapping[ClusterName, bool]:
    return {name: is_complete(name, view) for name in view.clusters}


def _order(one: Finding) -> tuple[object, ...]:
    message = one.message
    origin = message.origin
    return origin.file, origin.line, origin.column, message.code, message.text, one.sets
