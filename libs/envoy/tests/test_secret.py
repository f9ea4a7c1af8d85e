"""Secrets as resources, and as people see them."""

import pytest
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.envoy import secret

PLANTED = (b"planted-chain", b"planted-key", b"planted-staple", b"planted-ca", b"planted-crl")


@pytest.mark.parametrize(
    "whole",
    [
        secret.certificate("a", PLANTED[0], PLANTED[1]),
        secret.certificate("a", PLANTED[0], PLANTED[1], PLANTED[2]),
        secret.authorities("a", PLANTED[3]),
        secret.authorities("a", PLANTED[3], PLANTED[4]),
        secret_pb2.Secret(name="a", generic_secret={"secret": {"inline_bytes": PLANTED[0]}}),
    ],
)
def test_a_redacted_secret_keeps_its_name_and_no_value(whole: secret_pb2.Secret) -> None:
    """Of a kind that is not known here only the name is left."""
    shown = secret.redacted(whole)
    assert shown.name == "a"
    assert not any(value in shown.SerializeToString() for value in PLANTED)
    assert any(value in whole.SerializeToString() for value in PLANTED)
