"""Routes and what they do."""

from datetime import timedelta

import pytest

from libs.envoy import route
from libs.envoy.headers import HeaderChanges
from libs.envoy.route import Target


def test_one_target_is_a_cluster_and_several_are_weighted() -> None:
    """Each of several keeps its share and its own header changes."""
    assert route.forward([Target("a")]).cluster == "a"
    several = route.forward(
        [Target("a", 90), Target("b", 10, HeaderChanges(set={"host": "b.example", "x": "1"}))]
    ).weighted_clusters.clusters
    assert [(one.name, one.weight.value) for one in several] == [("a", 90), ("b", 10)]
    assert several[1].host_rewrite_literal == "b.example"
    assert [one.header.key for one in several[1].request_headers_to_add] == ["x"]


def test_no_timeout_is_said_and_not_left_out() -> None:
    """Left out, Envoy would end every call after 15 seconds."""
    action = route.forward([Target("a")])
    assert action.HasField("timeout")
    assert action.timeout.ToTimedelta() == timedelta()


def test_a_redirect_that_keeps_the_rest_of_the_path_swaps_the_prefix() -> None:
    """Istio writes that as a variable at the start of the path."""
    kept = route.redirect(301, path="%PREFIX()%/new")
    assert (kept.prefix_rewrite, kept.path_redirect) == ("/new", "")
    whole = route.redirect(301, path="/new")
    assert (whole.prefix_rewrite, whole.path_redirect) == ("", "/new")


@pytest.mark.parametrize("code", route.REDIRECT_CODES)
def test_every_status_that_envoy_redirects_with_is_another(code: int) -> None:
    """No two statuses give one response code."""
    others = {route.redirect(one).response_code for one in route.REDIRECT_CODES if one != code}
    assert route.redirect(code).response_code not in others


def test_virtual_hosts_stand_in_the_order_of_names() -> None:
    """Envoy does not care, and the fingerprint must not either."""
    hosts = [route.virtual_host(name, [name], []) for name in ("b", "a")]
    made = route.configuration("r", hosts)
    assert [host.name for host in made.virtual_hosts] == ["a", "b"]


def test_a_direct_response_may_carry_text_or_bytes_or_nothing() -> None:
    """An empty body and no body are two things."""
    assert route.direct_response(200, "a").body.inline_string == "a"
    assert route.direct_response(200, b"\xff").body.inline_bytes == b"\xff"
    assert not route.direct_response(200).HasField("body")
