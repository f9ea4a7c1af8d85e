"""Tests of fields that somebody else may set."""

from typing import Any

import pytest

from libs.planning.ignoring import IgnoreRule, effective, pointer
from libs.planning.tests.values import a_key

KEY = a_key("v", "VirtualService")
WEIGHTS = IgnoreRule((pointer("/spec/http/*/route/*/weight"),))


def routes(*pairs: tuple[str, int]) -> dict[str, Any]:
    """Return a VirtualService's spec with one rule."""
    found = [{"destination": host, "weight": weight} for host, weight in pairs]
    return {"spec": {"http": [{"route": found}]}}


def test_live_values_stand_where_rules_say_so() -> None:
    """Weights are those of the cluster; nothing else is."""
    live = {**routes(("a", 10), ("b", 90)), "other": 1}
    assert effective(KEY, routes(("a", 50), ("b", 50)), live, [WEIGHTS]) == routes(
        ("a", 10), ("b", 90)
    )


@pytest.mark.parametrize(
    "live", [routes(("a", 10), ("c", 90)), routes(("a", 100)), {"spec": {"http": []}}]
)
def test_a_list_that_git_changed_is_gits(live: dict[str, Any]) -> None:
    """Where destinations differ, the weights of the cluster mean something else."""
    wanted = routes(("a", 50), ("b", 50))
    assert effective(KEY, wanted, live, [WEIGHTS]) == wanted


def test_what_another_manager_applies_is_left_out() -> None:
    """The field stays theirs alone, so that neither of us conflicts with the other."""
    entry = {"manager": "x", "operation": "Apply", "fieldsV1": {"f:spec": {"f:replicas": {}}}}
    live = {"metadata": {"managedFields": [entry]}, "spec": {"replicas": 5}}
    rule = IgnoreRule((pointer("/spec/replicas"),))
    assert effective(KEY, {"spec": {"replicas": 1, "a": 2}}, live, [rule]) == {"spec": {"a": 2}}


def test_a_rule_is_for_the_objects_that_it_names() -> None:
    """Names may end in a star; others are untouched."""
    rule = IgnoreRule(WEIGHTS.fields, ("VirtualService default/w*",))
    assert not rule.covers(KEY)
    assert rule.covers(a_key("weighted", "VirtualService"))


def test_a_pointer_may_name_any_key() -> None:
    """Slashes and tildes are written as JSON pointers write them."""
    assert pointer("/metadata/annotations/a~1b~0c") == ("metadata", "annotations", "a/b~c")
