"""Defaults of fields that were not written."""

import pytest

from libs.desired.fielddefaults import default_of
from libs.meshapi.service import Service
from libs.meshapi.virtualservice import VirtualService


@pytest.mark.parametrize(
    ("path", "default"),
    [
        (("metadata", "labels"), {}),
        (("spec", "ports", 0, "protocol"), "TCP"),
        (("spec", "ports", 0, "port"), None),
        (("spec", "ports", 0), None),
        (("spec", "prots"), None),
        (("status",), None),
        ((), None),
    ],
)
def test_a_default_is_a_plain_value(path: tuple[str | int, ...], default: object) -> None:
    """None where the field has none, or is none."""
    assert default_of(Service, path) == default


def test_kinds_without_a_model_have_none() -> None:
    """Nothing is known of their fields."""
    assert default_of(None, ("metadata", "labels")) is None
    assert default_of(VirtualService, ("spec", "http", 0, "timeout")) is None
