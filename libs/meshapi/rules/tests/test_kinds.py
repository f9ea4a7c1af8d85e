"""Hosts, gateways and paths as each kind spells them."""

from collections.abc import Callable

import pytest

from libs.meshapi.rules import fleet, gateway, sidecar, virtualservice


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (
            virtualservice.gateway_fault,
            ("mesh", "public", "edge/public", "a.b", "./public"),
            ("", "a/b/c", "A", "/a", "a/"),
        ),
        (
            gateway.host_fault,
            ("*", "a.example", "*.example", "./a", "*/*", "edge/*.example", "10.0.0.1"),
            ("", "/a", "a/", "A/b", "~/a", "a/b/c"),
        ),
        (
            sidecar.host_fault,
            ("./*", "*/*", "~/*", "istio-system/*", "./a.example", "*/*.example"),
            ("*", "a.example", "", "/", "A/*", "./"),
        ),
        (
            fleet.path_fault,
            ("configs", "configs/bookinfo", "a.yaml", "."),
            ("", "/a", "..", "a/../b", "a\\b", "a\nb"),
        ),
    ],
)
def test_a_name_is_spelt_as_its_kind_has_it(
    check: Callable[[str], str | None], good: tuple[str, ...], bad: tuple[str, ...]
) -> None:
    """What is right is taken, what is wrong is told."""
    assert [text for text in good if check(text) is not None] == []
    assert [text for text in bad if check(text) is None] == []
