"""Envoy itself says whether it would take a configuration."""

from pathlib import Path

import pytest

from tools.envoy.validate import validate


def test_a_good_bootstrap_is_taken(envoy: Path) -> None:
    """YAML text with a static cluster passes and gives no reason."""
    assert envoy.name
    result = validate("static_resources: {clusters: [{name: a, connect_timeout: 1s}]}")
    assert (result.ok, result.reason) == (True, "")


def test_a_bad_one_is_refused_with_envoys_reason(envoy: Path) -> None:
    """The reason names the field that Envoy does not know, without time stamps."""
    assert envoy.name
    result = validate({"static_resources": {"clusters": [{"nam": "a"}]}})
    assert not result.ok
    assert "nam" in result.reason
    assert not result.reason.startswith("[")


def test_text_that_is_no_mapping_is_refused_before_envoy_sees_it() -> None:
    """A list where a mapping belongs is an error of the caller."""
    with pytest.raises(ValueError, match="no mapping"):
        validate("- a\n- b\n")
