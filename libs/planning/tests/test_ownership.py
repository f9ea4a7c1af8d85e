"""Tests of whose an object is."""

from typing import Any

import pytest

from libs.planning.manifests import ADOPT, OWNER
from libs.planning.ownership import Ours, Theirs, appliers, claim, is_of_fleet
from libs.planning.policy import SetPolicy
from libs.planning.tests.values import a_key, a_live, a_manifest
from libs.ports.kubecluster import LiveObject

KEY = a_key("a")
FIELDS: dict[str, Any] = {"f:data": {}}


def theirs(manager: str = "kubectl-create", operation: str = "Update") -> LiveObject:
    """Return an object that somebody else made."""
    live = a_live(a_manifest(KEY), [(manager, operation, FIELDS)])
    entries = live.body["metadata"]["managedFields"][1:]
    live.body["metadata"].update(annotations={}, managedFields=entries)
    return live


def test_what_says_that_it_is_ours_is_ours() -> None:
    """After a lost inventory our own objects are known again."""
    live = a_live(a_manifest(KEY))
    assert is_of_fleet(live, "example")
    assert claim(a_manifest(KEY), live, "example", SetPolicy()) == Ours()


def test_an_annotation_alone_makes_nothing_ours() -> None:
    """Anybody can write one; that we applied the object only the server says."""
    live = theirs()
    live.body["metadata"]["annotations"] = {OWNER: "example/shop"}
    assert not is_of_fleet(live, "example")


def test_another_fleet_is_asked_first() -> None:
    """Two fleets never take objects from each other by themselves."""
    live = a_live(a_manifest(KEY))
    live.body["metadata"]["annotations"] = {OWNER: "other/shop"}
    found = claim(a_manifest(KEY, None, **{ADOPT: "true"}), live, "example", SetPolicy())
    assert isinstance(found, Theirs)
    assert "`other/shop`" in found.reason


@pytest.mark.parametrize(
    ("manager", "allowed", "taken"),
    [
        ("kubectl-create", frozenset(), False),
        ("kubectl-create", frozenset({"kubectl-create"}), True),
        ("argocd-controller", frozenset({"kubectl-create"}), False),
    ],
)
def test_a_set_may_take_over_from_tools_that_it_names(
    manager: str, allowed: frozenset[str], *, taken: bool
) -> None:
    """All others keep what they made."""
    policy = SetPolicy(adopt_from=allowed)
    found = claim(a_manifest(KEY), theirs(manager), "example", policy)
    assert found == Ours((manager,)) if taken else isinstance(found, Theirs)


def test_git_may_ask_for_one_object() -> None:
    """The annotation takes over from whoever has it."""
    wanted = a_manifest(KEY, None, **{ADOPT: "true"})
    assert claim(wanted, theirs("helm"), "example", SetPolicy()) == Ours(("helm",))


def test_only_managers_that_apply_would_do_it_again() -> None:
    """An edit is done; an applied field comes back."""
    edited = a_live(a_manifest(KEY), [("kubectl-edit", "Update", FIELDS)])
    applied = a_live(a_manifest(KEY), [("argocd-controller", "Apply", FIELDS)])
    assert appliers(edited) == ()
    assert appliers(applied) == ("argocd-controller",)
