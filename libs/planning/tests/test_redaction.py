"""Tests of the one point at which values of Secrets are struck out."""

import base64

import orjson

from libs.planning.redaction import redacted, shown_values, text_redactor
from libs.planning.tests.values import a_body, a_key

VALUE = "hunter2-and-more"
ENCODED = base64.b64encode(VALUE.encode()).decode()
SECRET = a_key("s", "Secret")
COPY = "kubectl.kubernetes.io/last-applied-configuration"


def test_a_secret_shows_names_and_no_values() -> None:
    """Neither plain nor encoded, nor in the copy that kubectl keeps."""
    body = a_body(SECRET, {"data": {"a": ENCODED}, "stringData": {"b": VALUE}}, **{COPY: VALUE})
    text = orjson.dumps(redacted(SECRET, body)).decode()
    assert VALUE not in text
    assert ENCODED not in text
    assert '"a":"***"' in text


def test_other_kinds_show_everything_but_copies() -> None:
    """A ConfigMap is no Secret, whatever it calls itself; a copy may be one's."""
    body = a_body(a_key("c"), {"data": {"a": VALUE}}, **{COPY: VALUE})
    shown = redacted(a_key("c"), body)
    assert shown["data"] == {"a": VALUE}
    assert shown["metadata"]["annotations"][COPY] == "***"


def test_a_difference_of_a_secret_only_says_that_there_is_one() -> None:
    """Values become marks that differ; other fields stay readable."""
    assert shown_values(SECRET, ".data.a", "x", "y") == ("*** (after)", "*** (before)")
    assert shown_values(SECRET, ".data.a", "x", "x") == ("***", "***")
    assert shown_values(SECRET, ".type", "x", "y") == ("x", "y")
    assert shown_values(a_key("c"), ".data.a", "x", "y") == ("x", "y")


def test_texts_of_others_are_searched() -> None:
    """An error that quotes a value, plain or encoded, is told without it."""
    redact = text_redactor([a_body(SECRET, {"data": {"a": ENCODED}}), a_body(SECRET, {})])
    assert redact(f"invalid: {VALUE} or {ENCODED}!") == "invalid: *** or ***!"
    assert text_redactor([])("as it is") == "as it is"
