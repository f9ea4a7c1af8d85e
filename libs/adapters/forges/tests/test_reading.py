"""Answers of forges are not trusted to have their shape."""

from typing import Any

import pytest

from libs.adapters.forges.reading import at, items, number, text
from libs.kernel.looperrors import TransientError


def test_what_is_missing_is_none() -> None:
    """On the way to it as well."""
    assert at({"a": {"b": 1}}, "a", "b") == 1
    assert at({"a": None}, "a", "b") is None
    assert at([], "a") is None


@pytest.mark.parametrize("wrong", [None, 1, "", [], {"a": None}, {"a": True}])
def test_another_shape_is_another_try(wrong: Any) -> None:
    """Texts, numbers and lists are refused in one sentence when they are something else."""
    with pytest.raises(TransientError, match="no text `a`"):
        text(wrong, "a")
    with pytest.raises(TransientError, match="no number `a`"):
        number(wrong, "a")
    with pytest.raises(TransientError, match="no list"):
        list(items([wrong], "a"))
