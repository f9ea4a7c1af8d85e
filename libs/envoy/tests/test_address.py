"""Addresses."""

import pytest

from libs.envoy.address import address, is_ip, socket, text_of


def test_a_unix_socket_has_a_path_and_no_port() -> None:
    """Whatever port is given with it."""
    assert address("unix:///run/app.sock", 80).pipe.path == "/run/app.sock"
    assert text_of(address("unix:///run/app.sock", 80)) == "/run/app.sock"


def test_equal_places_have_equal_texts() -> None:
    """Host and port together make a place."""
    assert text_of(socket("10.0.0.1", 80)) == text_of(address("10.0.0.1", 80))
    assert text_of(socket("10.0.0.1", 80)) != text_of(socket("10.0.0.1", 81))


@pytest.mark.parametrize(
    ("text", "expected"), [("10.0.0.1", True), ("fd00::1", True), ("a.b", False), ("10.0.0", False)]
)
def test_numbers_are_told_from_names(text: str, expected: bool) -> None:  # noqa: FBT001 - the expected answer
    """Envoy refuses a whole load assignment for one name."""
    assert is_ip(text) is expected
