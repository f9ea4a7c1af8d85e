"""Which calls policies let through on one side and stop on the other, as sets of calls.

The filters of policies are a table whose first rule that holds decides: what denies stands first,
then what allows. What only counts or notes decides nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.rbac.v3 import rbac_pb2
from protogen.envoy.extensions.filters.http.rbac.v3 import rbac_pb2 as http_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.filters.network.rbac.v3 import rbac_pb2 as network_pb2

from libs.matchsets.firstmatch import Box, differences
from libs.matchsets.partition import Effort
from libs.routediff.literals import Conjunction, Entry, alternatives
from libs.routediff.tables import Comparable, comparable
from libs.routediff.values import Surroundings
from libs.routing.call import Call
from libs.routing.filters import opened, type_of
from libs.routing.outcome import UndecidedError, understood

FACET: Final = "authorization"
_HTTP: Final = http_pb2.RBAC.DESCRIPTOR.full_name
_NETWORK: Final = network_pb2.RBAC.DESCRIPTOR.full_name
_RULES: Final = (
    "rules",
    "shadow_rules",
    "shadow_rules_stat_prefix",
    "stat_prefix",
    "rules_stat_prefix",
)
AnyFilter = hcm_pb2.HttpFilter | lc.Filter


@dataclass(frozen=True, slots=True)
class Changed:
    """Calls that one side lets through and the other stops. `opened` says that the new one does."""

    opened: bool
    boxes: tuple[Box, ...]
    space: Comparable
    example: Call


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What differs, and on what the rest depends that nobody understands."""

    changed: tuple[Changed, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """Conjunctions in their order with what each decides; the last one always holds."""

    rules: Sequence[Conjunction]
    lets: Sequence[bool]

    def verdict(self, place: int | None) -> bool:
        """Say whether the rule at a place lets calls through."""
        return self.lets[-1 if place is None else place]


def is_policy(one: AnyFilter) -> bool:
    """Say whether a filter is one of those that are compared here."""
    return type_of(one.typed_config) in (_HTTP, _NETWORK)


def verdicts(
    old: Iterable[AnyFilter],
    new: Iterable[AnyFilter],
    sides: tuple[Entry, Entry],
    known: Surroundings,
    effort: Effort,
) -> Verdicts:
    """Return what differs between the policies of two ways in.

    Raises UndecidedError for what is not understood, TooLargeError beyond the budget.
    """
    tables = _table(old, sides[0]), _table(new, sides[1])
    space = comparable(tables[0].rules, tables[1].rules, known, effort)

    def differs(one: int | None, other: int | None) -> bool:
        return tables[0].verdict(one) != tables[1].verdict(other)

    found: dict[bool, list[Box]] = {}
    reasons: dict[str, None] = {}
    for box in differences(space.tables, differs, effort):
        reason = space.not_understood(box)
        if reason:
            reasons.setdefault(reason)
        else:
            found.setdefault(tables[1].verdict(box.new), []).append(box)
    changed = (
        Changed(lets, tuple(boxes), space, space.example(boxes[0], sides[0].call))
        for lets, boxes in found.items()
    )
    return Verdicts(tuple(changed), tuple(reasons))


def _table(filters: Iterable[AnyFilter], entry: Entry) -> _Table:
    rules: list[Conjunction] = []
    lets: list[bool] = []
    closed = False
    for one in filters:
        config = _config(one)
        understood(config, _RULES, "rbac")
        action = config.rules.action
        if not config.HasField("rules") or action == rbac_pb2.RBAC.LOG:
            continue
        if closed:
            raise UndecidedError("a filter of policies behind one that allows")
        understood(config.rules, ("action", "policies", "audit_logging_options"), "rbac")
        for name in sorted(config.rules.policies):
            policy = config.rules.policies[name]
            understood(policy, ("permissions", "principals"), "rbac.policies")
            found = alternatives(policy, entry)
            rules += found
            lets += [action == rbac_pb2.RBAC.ALLOW] * len(found)
        closed = action == rbac_pb2.RBAC.ALLOW
    return _Table([*rules, ()], [*lets, not closed])


def _config(one: AnyFilter) -> Any:
    kind = http_pb2.RBAC if type_of(one.typed_config) == _HTTP else network_pb2.RBAC
    return opened(one.typed_config, kind)
