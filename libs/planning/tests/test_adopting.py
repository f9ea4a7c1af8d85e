"""Tests of drift as a patch for git."""

from libs.planning.adopting import adopted
from libs.planning.applying import drift_of
from libs.planning.tests.values import a_key, a_live, a_manifest, a_record, a_round


def test_a_patch_has_what_the_cluster_has_and_no_more() -> None:
    """Fields that are as git says, fields of others, and our own mark are no part of it."""
    wanted = a_manifest(a_key("a"), {"data": {"value": "1", "same": "x"}, "list": [1]})
    live = a_live(wanted, data={"value": "2", "same": "x", "theirs": "y"}, list=[1, 2])
    drift = drift_of(wanted, a_record(wanted), a_round([wanted], [], [live]))
    assert drift is not None
    assert adopted([drift], {wanted.key: wanted}, {live.key: live}) == (
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "a", "namespace": "default"},
            "data": {"value": "2"},
            "list": [1, 2],
        },
    )


def test_secrets_and_deleted_objects_have_no_patch() -> None:
    """Neither can be said in a patch that everybody may read."""
    secret = a_manifest(a_key("s", "Secret"), {"data": {"a": "eA=="}})
    live = a_live(secret, data={"a": "eQ=="})
    gone = a_manifest(a_key("b"))
    given = a_round([secret, gone], [], [live])
    drifts = [drift_of(one, a_record(one), given) for one in (secret, gone)]
    desired = {one.key: one for one in (secret, gone)}
    assert adopted(filter(None, drifts), desired, {live.key: live}) == ()
