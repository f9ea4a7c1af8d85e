"""Tests of Secrets that git holds sealed."""

from pathlib import Path

import pytest

from libs.adapters.sealing.keys import keyring, new_pair, public_key
from libs.adapters.sealing.sealed import seal
from libs.kernel.inventory import RoundState
from libs.kernel.looperrors import StalledError
from libs.meshapi.dump import to_yaml
from libs.meshapi.metadata import Metadata
from libs.meshapi.secret import Secret
from services.reconciler.direction import StoredDirection
from services.reconciler.sealed import opening, opening_with
from services.reconciler.tests.places import NAME, Place, config_map, key

SECRET = Secret(metadata=Metadata(name="s"), string_data={"password": "correct-horse-battery"})


def test_a_sealed_secret_is_applied_opened_and_never_deleted_for_lack_of_a_key() -> None:
    """Without the key the round fails and says so; the Secret stays. No report has its value."""
    private, public = new_pair()
    sealed = to_yaml([seal(SECRET, public_key(public))])
    place = Place()
    direction = place.one.shared.direction
    assert isinstance(direction, StoredDirection)
    direction.opening = opening(keyring([private]))
    place.commits.commit({"shop": config_map("a") + "---\n" + sealed})
    assert place.settle().state is RoundState.DONE
    assert place.names("Secret") == ["s"]
    assert "correct-horse" not in repr(place.store.reports()) + repr(place.store.inventory(NAME))
    place.restart()
    place.commits.commit({"shop": config_map("a", "2") + "---\n" + sealed})
    report = place.settle()
    assert report.state is RoundState.FAILED
    assert report.results[0].key == key("Secret", "s")
    assert place.names("Secret") == ["s"]
    assert place.value("a") == "2"


def test_keys_that_are_none_are_said(tmp_path: Path) -> None:
    """A folder may hold several keys; a file that is no key ends the start."""
    (tmp_path / "a.pem").write_bytes(new_pair()[0])
    opening_with(tmp_path)
    opening_with(None)
    (tmp_path / "b.pem").write_text("no key")
    with pytest.raises(StalledError, match="no private key"):
        opening_with(tmp_path)
