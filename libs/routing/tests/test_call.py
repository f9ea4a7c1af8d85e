"""Calls as users write them."""

import pytest

from libs.routing.call import CallError, Tls, call_from_json


def test_defaults_are_filled_in() -> None:
    """Only a port is needed: a GET of / by plain HTTP."""
    found = call_from_json('{"port":80,"address":"10.0.0.1"}')
    assert (found.host, found.method, found.path, found.tls) == (
        "10.0.0.1",
        "GET",
        "/",
        Tls.PLAINTEXT,
    )
    assert found.sni == ""


@pytest.mark.parametrize(
    ("tls", "protocol", "alpn"),
    [
        ("tls", "http", ("http/1.1",)),
        ("tls", "http2", ("h2",)),
        ("mtls", "http", ("istio-http/1.1", "istio")),
        ("mtls", "http2", ("istio-h2", "istio")),
        ("mtls", "tcp", ("istio",)),
    ],
)
def test_alpn_follows_from_the_protocol(tls: str, protocol: str, alpn: tuple[str, ...]) -> None:
    """Under mutual TLS clients of the mesh ask for Istio's protocols; SNI is the host."""
    text = f'{{"port":443,"tls":"{tls}","protocol":"{protocol}","host":"A.example:443"}}'
    found = call_from_json(text)
    assert (found.alpn, found.sni) == (alpn, "a.example")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "no JSON"),
        ("[]", "no JSON object"),
        ("{}", "port"),
        ('{"port":0}', "1 to 65535"),
        ('{"port":80,"mood":1}', "unknown field `mood`"),
        ('{"port":80,"mode":"sideways"}', "outbound, inbound, gateway"),
        ('{"port":80,"host":1}', "`host`"),
        ('{"port":80,"headers":{"a":1}}', "names to texts"),
    ],
)
def test_what_is_no_call_is_said(text: str, sentence: str) -> None:
    """Each mistake gets a sentence that names it."""
    with pytest.raises(CallError, match=sentence):
        call_from_json(text)
