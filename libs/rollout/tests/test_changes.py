"""Whose rules a change goes by."""

from typing import Any

import pytest

from libs.kernel.ids import ObjectHash, SetName
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.revisions import ManifestEntry
from libs.meshapi.fleet import FleetSpec
from libs.meshapi.metadata import Metadata
from libs.meshapi.rollout import ChangeSelector, Rollout
from libs.rollout.changes import Change, changes, chosen, is_for, rules_of
from libs.rollout.tests.story import strategy

SHOP, BANK = SetName("shop"), SetName("bank")
ROUTE = Change(SHOP, "VirtualService", "configs/shop/routes.yaml")


def _entry(kind: str, name: str, version: str = "1", line: int = 1) -> ManifestEntry:
    key = ObjectKey("networking.istio.io", kind, "default", name)
    return ManifestEntry(ObjectHash(version), key, Origin("configs/shop/routes.yaml", line))


def test_what_differs_is_new_gone_or_another() -> None:
    """A shift of lines is no change, and neither is a set that stays as it is."""
    old = {
        SHOP: [_entry("Service", "a"), _entry("VirtualService", "b"), _entry("Sidecar", "c")],
        BANK: [_entry("Gateway", "g")],
    }
    new = {
        SHOP: [_entry("Service", "a", line=9), _entry("VirtualService", "b", "2")],
        BANK: [_entry("Gateway", "g")],
        SetName("more"): [_entry("EnvoyFilter", "d")],
    }
    found = [(one.set, one.kind) for one in changes(old, new)]
    assert found == [("more", "EnvoyFilter"), ("shop", "Sidecar"), ("shop", "VirtualService")]
    assert changes(new, new) == ()


@pytest.mark.parametrize(
    ("selector", "effects", "meant"),
    [
        ({}, None, True),
        ({"sets": ("shop",)}, None, True),
        ({"sets": ("bank",)}, None, False),
        ({"kinds": ("VirtualService",)}, None, True),
        ({"kinds": ("Sidecar",)}, None, False),
        ({"paths": ("configs/shop",)}, None, True),
        ({"paths": ("configs/shop/routes.yaml",)}, None, True),
        ({"paths": ("configs/sho",)}, None, False),
        ({"sets": ("shop",), "kinds": ("Sidecar",)}, None, False),
        ({"effects": ("security",)}, ("resilience",), False),
        ({"effects": ("security",)}, ("security", "resilience"), True),
        ({"effects": ("security",)}, None, True),
    ],
)
def test_a_selector_names_changes(
    selector: dict[str, Any],
    effects: tuple[Any, ...] | None,
    meant: bool,  # noqa: FBT001
) -> None:
    """All that it says has to hold of one change; effects that nobody knows are like any."""
    assert is_for(ChangeSelector.model_validate(selector), [ROUTE], effects) is meant


def test_no_change_is_nobodys() -> None:
    """A commit that only moves text needs no waves."""
    assert not is_for(ChangeSelector(), [], None)


def test_rollouts_come_before_the_strategy_of_the_fleet() -> None:
    """The first by name that is for a change counts; where none is, there are no waves."""
    named = [
        Rollout(metadata=Metadata(name=name), spec=strategy(changes=selector))
        for name, selector in (("b", {}), ("a", {"kinds": ["VirtualService"]}))
    ]
    default = strategy(changes={"sets": ["bank"]})
    rules = rules_of(FleetSpec(rollout=default), named)
    assert chosen(rules, [ROUTE], None) == named[1].spec
    assert chosen(rules, [Change(SHOP, "Sidecar", "x")], None) == named[0].spec
    only = rules_of(FleetSpec(rollout=default), [])
    assert chosen(only, [Change(BANK, "Sidecar", "x")], None) == default
    assert chosen(only, [ROUTE], None) is None
    assert not rules_of(FleetSpec(), [])
