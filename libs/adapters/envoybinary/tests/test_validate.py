"""Envoy itself says whether it would take a configuration."""

from pathlib import Path

import pytest

from libs.adapters.envoybinary.validate import EnvoyBinary
from libs.kernel.looperrors import TransientError


def test_envoy_takes_what_is_right_and_says_what_is_wrong(envoy: Path) -> None:
    """The reason names the field, without time stamps."""
    binary = EnvoyBinary(envoy)
    assert binary.refusal({"static_resources": {"clusters": [{"name": "a"}]}}) is None
    refusal = binary.refusal({"static_resources": {"clusters": [{"nam": "a"}]}})
    assert refusal is not None
    assert "nam" in refusal
    assert not refusal.startswith("[")


def test_a_binary_that_is_not_there_is_no_refusal(tmp_path: Path) -> None:
    """Nothing is known then."""
    with pytest.raises(TransientError, match="could not be asked"):
        EnvoyBinary(tmp_path / "envoy").refusal({})
