"""Tests of what answers mean."""

from dataclasses import replace

import pytest

from libs.planning.tests.values import a_key, a_live, a_manifest, a_record
from libs.ports.kubecluster import Cause, FieldConflict, Refusal, Refused, Unanswered
from services.reconciler.verdicts import (
    applied,
    changes_nothing,
    handed_over,
    is_immutable,
    may_pass,
    reason_of,
)

LIVE = a_live(a_manifest(a_key("a")))


def test_a_dry_run_that_gives_the_same_changes_nothing() -> None:
    """The same content owned by us in the same way; another owner is a change."""
    assert changes_nothing(LIVE, LIVE)
    assert not changes_nothing(replace(LIVE, body={**LIVE.body, "data": {}}), LIVE)
    assert not changes_nothing(LIVE, None)
    assert not changes_nothing(LIVE, replace(LIVE, uid="other"))
    unowned = {**LIVE.body, "metadata": {**LIVE.body["metadata"], "managedFields": []}}
    assert not changes_nothing(LIVE, replace(LIVE, body=unowned))


def test_a_conflict_names_the_other_manager_and_the_paths() -> None:
    """All of them, by manager."""
    conflicts = (FieldConflict("hpa", ".spec.replicas"), FieldConflict("hpa", ".spec.paused"))
    found = reason_of(Refused(Refusal.FIELD_CONFLICT, "conflict", conflicts))
    assert "`hpa` owns .spec.paused, .spec.replicas" in found


@pytest.mark.parametrize(
    ("code", "reason", "immutable"),
    [
        (Refusal.INVALID, "spec.selector: field is immutable", True),
        (Refusal.INVALID, "spec.port: must be a number", False),
        (Refusal.FIELD_CONFLICT, "field is immutable", False),
    ],
)
def test_only_an_invalid_field_can_be_immutable(
    code: Refusal, reason: str, *, immutable: bool
) -> None:
    """A conflict never leads to a deletion."""
    refused = Refused(code, reason)
    assert is_immutable(refused) is immutable
    assert ("periplus.io/recreate" in reason_of(refused)) is (immutable)


def test_causes_tell_of_immutable_fields_as_well() -> None:
    """Servers write it into one or the other."""
    causes = (Cause("spec.x", "FieldValueInvalid", "field is immutable"),)
    assert is_immutable(Refused(Refusal.INVALID, "invalid", causes=causes))


def test_what_may_pass_is_tried_again() -> None:
    """A stale look or a lost answer passes; a refused field does not."""
    assert may_pass(Unanswered("timeout", sent=True))
    assert may_pass(Refused(Refusal.STALE, "changed"))
    assert not may_pass(Refused(Refusal.INVALID, "no"))


def test_an_answered_write_is_recorded_as_the_server_has_it() -> None:
    """Identity, generation, and the fingerprint of what we own."""
    record = applied(a_record(a_manifest(a_key("a"))), LIVE)
    assert (record.uid, record.generation) == (LIVE.uid, LIVE.generation)
    assert record.owned != ""


def test_handing_over_leaves_content_and_other_managers() -> None:
    """Only entries of those who lose it go, and none about status."""
    live = a_live(a_manifest(a_key("a")), [("helm", "Update", {}), ("other", "Update", {})])
    write = handed_over(live, ("helm",))
    entries = write.body["metadata"]["managedFields"]
    assert [one["manager"] for one in entries] == ["periplus", "other"]
    assert write.body["data"] == live.body["data"]
