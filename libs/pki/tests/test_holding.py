"""Certificate, key and roots that belong together."""

import pytest

from libs.fakes.clock import EPOCH_S
from libs.pki.errors import PkiError
from libs.pki.holding import holding, holding_of
from libs.pki.issuing import Life, Names, issue
from libs.pki.keys import key_pem, new_key
from libs.pki.requests import new_request, read_request
from libs.pki.tests.ladders import RNG, SHOP, a_root, an_intermediate


def test_what_was_signed_is_held_with_its_times() -> None:
    """The chain ends below the root; the skew of clocks does not count as life."""
    key, root = new_key(), a_root()
    request = read_request(new_request(key, SHOP))
    issued = issue(an_intermediate(root), request, Names(SHOP), Life(EPOCH_S, 60), RNG)
    held = holding_of(issued, key)
    assert (held.issued_at_s, held.valid_until_s) == (EPOCH_S, EPOCH_S + 60)
    assert held.chain_pem.count(b"BEGIN") == 2
    assert "PRIVATE" not in repr(held)
    with pytest.raises(PkiError, match="not that of the certificate"):
        holding(held.chain_pem, key_pem(new_key()), held.roots_pem)
