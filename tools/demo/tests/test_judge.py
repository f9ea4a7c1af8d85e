"""What counts as a good answer."""

import json

import pytest

from tools.demo.http1 import Response
from tools.demo.judge import judge
from tools.demo.tests.replies import reply, response


def test_an_allowed_version_is_good() -> None:
    """An answer whose reviews version is allowed has no fault and names the version."""
    verdict = judge(response("v2"), "cluster1", frozenset({"v1", "v2"}))
    assert (verdict.version, verdict.fault) == ("v2", None)


def test_a_version_that_no_step_allows_is_a_fault() -> None:
    """A good answer of the wrong version is a fault that names both."""
    verdict = judge(response("v3"), "cluster1", frozenset({"v1"}))
    assert verdict.fault == "met reviews v3, allowed v1"


@pytest.mark.parametrize("service", ["details", "reviews", "ratings"])
def test_a_failed_inner_call_is_a_fault(service: str) -> None:
    """A failure anywhere below the product page is a fault although the page itself succeeded."""
    fault = judge(response("v2", failing=[service]), "cluster1", frozenset({"v2"})).fault
    assert fault == f"{service}: status 503: no healthy upstream"


def test_an_answer_from_another_cluster_is_a_fault() -> None:
    """Two meshes on one machine must not answer for each other."""
    fault = judge(response("v1", "cluster2"), "cluster1", frozenset({"v1"})).fault
    assert fault == "productpage answered from cluster2 instead of cluster1"


def test_a_call_that_was_not_made_is_a_fault() -> None:
    """A product page without the answer of reviews is not a good one."""
    page = reply("v1")
    page["calls"].pop()
    answer = Response(200, json.dumps(page).encode())
    fault = judge(answer, "cluster1", frozenset({"v1"})).fault
    assert fault == "productpage made 1 calls instead of 2"


def test_a_call_that_another_service_answered_is_a_fault() -> None:
    """Who was called is who has to answer."""
    page = reply("v1")
    page["calls"].reverse()
    answer = Response(200, json.dumps(page).encode())
    fault = judge(answer, "cluster1", frozenset({"v1"})).fault
    assert fault == "details was called and reviews answered"


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Response(503, b"no healthy upstream"), "status 503: no healthy upstream"),
        (Response(200, b"<html>"), "no JSON: <html>"),
        (Response(200, b"[1]"), "no page: [1]"),
        (Response(200, b"{}"), "productpage was called and None answered"),
    ],
    ids=["an error status", "no JSON", "a list", "an empty object"],
)
def test_an_answer_that_is_no_page_is_a_fault(answer: Response, fault: str) -> None:
    """What came instead of a page is named."""
    assert judge(answer, "cluster1", frozenset({"v1"})).fault == fault
