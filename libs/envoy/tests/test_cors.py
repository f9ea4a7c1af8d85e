"""Policies for requests from other origins."""

from datetime import timedelta

from protogen.envoy.type.matcher.v3 import string_pb2

from libs.envoy import cors


def test_what_nobody_says_is_left_to_envoy() -> None:
    """Whether credentials or preflights pass is only said when it was written."""
    result = cors.policy([], cors.Allowed())
    assert not result.HasField("allow_credentials")
    assert not result.HasField("forward_not_matching_preflights")
    assert result.max_age == ""


def test_lists_and_times_are_written_as_headers_have_them() -> None:
    """Names stand with commas between them, and the age is in whole seconds."""
    origin = string_pb2.StringMatcher(exact="https://a.example")
    allowed = cors.Allowed(["GET", "PUT"], ["x-a"], ["x-b"], timedelta(minutes=1.5), False)
    result = cors.policy([origin], allowed, forward_unmatched_preflights=False)
    assert (result.allow_methods, result.allow_headers) == ("GET,PUT", "x-a")
    assert (result.expose_headers, result.max_age) == ("x-b", "90")
    assert result.HasField("allow_credentials")
    assert not result.allow_credentials.value
    assert not result.forward_not_matching_preflights.value
