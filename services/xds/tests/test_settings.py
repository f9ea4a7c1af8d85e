"""A frontend speaks in the clear only where somebody said so."""

from pathlib import Path

import pytest

from services.xds.settings import Plaintext, TlsSettings, XdsSettings

TLS = TlsSettings(chain=Path("c"), key=Path("k"), roots=Path("r"))


@pytest.mark.parametrize("listen", ["127.0.0.1:15010", "0.0.0.0:15010", "unix:/run/x.sock"])
def test_without_a_word_there_is_no_plaintext(listen: str) -> None:
    """Not even on this machine; the sentence names the settings."""
    with pytest.raises(ValueError, match="PERIPLUS_XDS_TLS__CHAIN"):
        XdsSettings(listen=listen)
    assert XdsSettings(listen=listen, tls=TLS).tls == TLS


def test_loopback_means_loopback() -> None:
    """Unix sockets count as such; every other address needs the larger word."""
    for listen in ("127.0.0.1:1", "[::1]:1", "localhost:1", "unix:/run/x.sock"):
        XdsSettings(listen=listen, plaintext=Plaintext.LOOPBACK)
    for listen in ("0.0.0.0:1", "[::]:1", "10.0.0.1:1", "xds.example:1"):
        with pytest.raises(ValueError, match="in the clear"):
            XdsSettings(listen=listen, plaintext=Plaintext.LOOPBACK)
        XdsSettings(listen=listen, plaintext=Plaintext.ANYWHERE)


def test_what_everybody_has_is_told_on_this_machine_or_to_those_who_are_named() -> None:
    """Other machines reach the client status service only where readers are named, and by TLS."""
    for address in ("127.0.0.1:1", "unix:/run/status.sock", ""):
        assert XdsSettings(status=address, plaintext=Plaintext.LOOPBACK).status == address
    with pytest.raises(ValueError, match=r"0\.0\.0\.0:1 is for everybody"):
        XdsSettings(status="0.0.0.0:1", tls=TLS)
    readers = ("spiffe://cluster.local/ns/ops/sa/people",)
    assert XdsSettings(status="0.0.0.0:1", status_readers=readers, tls=TLS).status_readers
    with pytest.raises(ValueError, match="known by TLS"):
        XdsSettings(status="0.0.0.0:1", status_readers=readers, plaintext=Plaintext.LOOPBACK)
