"""Tests of whole plans."""

from hypothesis import given, settings
from hypothesis import strategies as st

from libs.kernel.inventory import Action
from libs.planning.make import failed_needs, make_plan
from libs.planning.plan import Gate
from libs.planning.tests.values import a_key, a_live, a_manifest, a_record, a_round, settled

NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True)


def test_a_settled_cluster_has_an_empty_plan() -> None:
    """Nothing is done where everything is as it should be."""
    plan = make_plan(a_round(*settled("a", "b")))
    assert plan.is_empty
    assert plan.counts == {Action.UNCHANGED: 2}


def test_deletions_come_last_and_wait_for_proxies() -> None:
    """What is new is made first; what went waits until proxies have the new."""
    wanted, records, lives = settled("a", "b")
    new = a_manifest(a_key("c"))
    plan = make_plan(a_round([wanted[0], new], records, lives))
    assert [[step.action for step in layer.steps] for layer in plan.layers] == [
        [Action.CREATED],
        [Action.DELETED],
    ]
    assert [layer.before for layer in plan.layers] == [Gate.NONE, Gate.LIVE]


def test_kinds_are_established_before_what_follows() -> None:
    """The layer of definitions ends with their being served."""
    crd = a_manifest(a_key("s.e.c", "CustomResourceDefinition", "apiextensions.k8s.io"), {})
    plan = make_plan(a_round([crd, a_manifest(a_key("a"))]))
    assert [layer.then for layer in plan.layers] == [Gate.ESTABLISHED, Gate.NONE]


def test_objects_of_a_failed_kind_are_not_tried() -> None:
    """A step names the failed object that it cannot do without."""
    space = a_manifest(a_key("default", "Namespace"))
    plan = make_plan(a_round([space, a_manifest(a_key("a"))]))
    step = plan.layers[1].steps[0]
    assert "Namespace default" in failed_needs(step, {space.key: "no"})
    assert failed_needs(step, {}) == ""


@given(NAMES, NAMES, NAMES)
@settings(max_examples=200, deadline=None)
def test_a_plan_deletes_only_what_is_in_the_inventory(
    desired: list[str], recorded: list[str], there: list[str]
) -> None:
    """Whatever is desired, recorded and there: deletions are ours, and each object has one fate."""
    manifests = {name: a_manifest(a_key(name)) for name in "abcdefgh"}
    lives = {name: a_live(one) for name, one in manifests.items()}
    plan = make_plan(
        a_round(
            [manifests[name] for name in desired],
            [a_record(manifests[name], lives[name]) for name in recorded],
            [lives[name] for name in there],
        )
    )
    deleted = {step.key.name for step in plan.steps if step.action is Action.DELETED}
    assert deleted == set(recorded) & set(there) - set(desired)
    created = {step.key.name for step in plan.steps if step.action is Action.CREATED}
    assert created == set(desired) - set(there)
    assert {one.key.name for one in plan.forgotten} == set(recorded) - set(there) - set(desired)
