"""Tests of what a round is made from."""

from libs.planning.rounds import fingerprint_of
from libs.planning.tests.values import a_key, a_live, a_manifest


def test_only_our_own_fields_count() -> None:
    """Status and fields of others change no fingerprint; ours do."""
    live = a_live(a_manifest(a_key("a")))
    busy = a_live(a_manifest(a_key("a")), status={"ready": True}, spec={"replicas": 3})
    changed = a_live(a_manifest(a_key("a")), data={"value": "2"})
    assert fingerprint_of(busy) == fingerprint_of(live)
    assert fingerprint_of(changed) != fingerprint_of(live)
