"""What an agent writes to a disk when it is told to."""

from pathlib import Path

from libs.fakes.clock import EPOCH_S
from libs.pki.holding import holding_of
from libs.pki.issuing import Life, Names, issue
from libs.pki.keys import new_key
from libs.pki.requests import new_request, read_request
from libs.pki.tests.ladders import RNG, SHOP, a_root
from tools.agent.keeping import keep, kept


def test_what_is_kept_is_for_the_owner_alone_and_as_long_as_it_is_valid(tmp_path: Path) -> None:
    """Files that do not fit each other are as good as none."""
    key, folder = new_key(), tmp_path / "kept"
    request = read_request(new_request(key, SHOP))
    held = holding_of(issue(a_root(), request, Names(SHOP), Life(EPOCH_S, 60), RNG), key)
    assert kept(folder, EPOCH_S) is None
    keep(folder, held)
    keep(folder, held)
    assert kept(folder, EPOCH_S) == held
    assert kept(folder, EPOCH_S + 60) is None
    for path in (folder, *folder.iterdir()):
        assert path.stat().st_mode & 0o077 == 0
    (folder / "key.pem").write_bytes(b"nothing")
    assert kept(folder, EPOCH_S) is None
