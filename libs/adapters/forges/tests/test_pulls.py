"""Tests of what is read from a description of a pull request."""

import pytest

from libs.adapters.forges.pulls import pull_request
from libs.kernel.looperrors import TransientError

FOUND = {
    "number": 7,
    "title": "Move readers",
    "user": {"login": "ann"},
    "head": {"sha": "a" * 40},
    "base": {"ref": "main"},
}


def test_a_description_is_taken_apart() -> None:
    """Its commits are found under the ref that both forges give each pull request."""
    one = pull_request(FOUND, foreign=True)
    assert (one.number, one.author, one.head) == (7, "ann", "a" * 40)
    assert (one.head_ref, one.base_ref) == ("refs/pull/7/head", "refs/heads/main")
    assert one.foreign


def test_a_description_without_a_commit_is_an_answer_to_ask_for_again() -> None:
    """What is missing is named."""
    with pytest.raises(TransientError, match=r"head\.sha"):
        pull_request({**FOUND, "head": {}}, foreign=False)
