"""Contexts of TLS."""

from libs.envoy import tls


def test_nobody_is_verified_without_a_wish() -> None:
    """A context without a peer says nothing about the other side."""
    assert not tls.common([], tls.NOBODY, []).HasField("validation_context")


def test_names_count_only_with_authorities_behind_them() -> None:
    """Envoy refuses names where no certificate is verified; each may be a host or an identity."""
    alone = tls.common([], tls.Peer(names=["a"], hashes=["h"]), []).validation_context
    assert not alone.match_typed_subject_alt_names
    named = tls.common([], tls.Peer("/ca", ["a", "b"]), []).validation_context
    assert len(named.match_typed_subject_alt_names) == 4
