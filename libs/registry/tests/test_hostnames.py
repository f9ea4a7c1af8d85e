"""Names with a wildcard."""

import pytest

from libs.registry.hostnames import covers, is_wildcard


@pytest.mark.parametrize(
    ("pattern", "host", "covered"),
    [
        ("*", "a.example", True),
        ("*.example", "a.example", True),
        ("*.example", "*.b.example", True),
        ("*.b.example", "*.example", False),
        ("*.example", ".example", False),
        ("a.example", "a.example", True),
        ("a.example", "*.example", False),
    ],
)
def test_a_pattern_covers_what_it_stands_for(pattern: str, host: str, *, covered: bool) -> None:
    """A wildcard stands for one label and more, and for narrower wildcards."""
    assert covers(pattern, host) is covered


def test_only_a_star_in_front_makes_a_wildcard() -> None:
    """Anywhere else it is no name at all."""
    assert is_wildcard("*.example")
    assert not is_wildcard("a.*.example")
