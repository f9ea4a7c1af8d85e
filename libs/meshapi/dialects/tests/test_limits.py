"""Mixer's limits find their rule, their template and whom they are for."""

import pytest

from libs.meshapi.dialects.limits import Limits
from libs.meshapi.dialects.run import Old
from libs.meshapi.dialects.tests.oldobjects import old, run_beside, said
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.ratelimit import RateLimit

TEMPLATE = "{dimensions: {user: 'request.headers[\"user\"]'}}"


def _named(kind: str, name: str, spec: str) -> Old[MeshObject]:
    one = old(kind, spec)
    metadata = one.object.metadata.model_copy(update={"name": name})
    return Old(one.object.model_copy(update={"metadata": metadata}), one.parsed)


def _made(limit: str, rule: str = "") -> tuple[list[RateLimit], list[str]]:
    run = run_beside()
    action = "actions: [{handler: handler.memquota, instances: [calls.quota]}]"
    olds = [
        _named("memquota", "handler", f"{{quotas: [{{name: calls.quota, {limit}}}]}}"),
        _named("quota", "calls", TEMPLATE),
        _named("rule", "calls", f"{{{rule}{action}}}"),
    ]
    made = [one.object for one in Limits(olds, run).made()]
    return [one for one in made if isinstance(one, RateLimit)], said(run)


def test_an_amount_in_a_time_is_a_rate() -> None:
    """The limit is for the rule's namespace; a header counts apart, or as `unknown`."""
    (made,), (note,) = _made("maxAmount: 5, validDuration: 1s")
    (limit,) = made.spec.limits
    assert (made.key.namespace, limit.requests, limit.per.total_seconds()) == ("shop", 5, 1)
    assert [(one.header, one.default) for one in limit.by] == [("user", "unknown")]
    assert "each proxy counts for itself" in note


@pytest.mark.parametrize(
    ("limit", "why"),
    [
        ("maxAmount: 0, validDuration: 1s", "nothing is let through"),
        ("maxAmount: 5", "never forgets"),
        ("maxAmount: 5, validDuration: 10ms", "shorter than a proxy refills in"),
    ],
)
def test_what_is_no_rate_is_said(limit: str, why: str) -> None:
    """Nothing is limited in another way than before."""
    made, notes = _made(limit)
    assert made == []
    assert [one for one in notes if why not in one] == []


def test_a_condition_narrows_or_leaves_out() -> None:
    """Destinations become a selection, headers a match, anything else no limit at all."""
    condition = 'match: \'destination.labels["app"] == "web" && request.headers["x"] == "y"\', '
    (made,), _ = _made("maxAmount: 5, validDuration: 1s", condition)
    assert made.spec.selector is not None
    assert made.spec.selector.match_labels == {"app": "web"}
    assert list(made.spec.limits[0].match.headers) == ["x"]
    none, notes = _made("maxAmount: 5, validDuration: 1s", "match: 'source.user != \"a\"', ")
    assert none == []
    assert any("cannot be asked today" in one for one in notes)
