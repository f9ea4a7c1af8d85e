"""A commit does not widen what its own sets may hold."""

import pytest

from libs.lint.acceptance import Acceptance, accept
from libs.lint.check import findings
from libs.lint.tests.states import Files, Held, cluster, service, state

LIMITED = "allow: {kinds: [Service], namespaces: [default]}"
DENIED = (
    "apiVersion: v1\nkind: Service\nmetadata: {name: NAME, namespace: kube-system}\n"
    "spec: {ports: [{port: 1}]}\n---\n"
)


def fleet(*sets: str, mode: str = "set") -> str:
    """Return a fleet.yaml; each set is what stands behind its `-`."""
    listed = "".join(f"  - {{{one}}}\n" for one in sets)
    return (
        "apiVersion: periplus.io/v1alpha1\nkind: Fleet\nmetadata: {name: example}\n"
        f"spec:\n  accept: {mode}\n  sets:\n{listed}"
    )


def repository(sets: tuple[str, ...], **texts: str) -> Files:
    """Return a fleet of one cluster whose sets' files are `configs/<set>/a.yaml`."""
    files = {f"configs/{name}/a.yaml": text for name, text in texts.items()}
    return {"fleet.yaml": fleet(*sets), **cluster(), **files}


def outcome(new: Files, old: Files) -> Acceptance[Held]:
    """Decide about a commit after another one that was taken whole."""
    return accept(state(new), state(old), findings)


def why(taken: Acceptance[Held], name: str) -> str:
    """Return why a set is held."""
    return " ".join(
        one.text for key, found in taken.refusals.items() if key == name for one in found
    )


SHOP = f"name: shop, paths: [configs/shop], {LIMITED}"
OLD = repository((SHOP, "name: free, paths: [configs/free]"), shop=service("a"), free=service("b"))


@pytest.mark.parametrize(
    "wider",
    [
        "name: shop, paths: [configs/shop]",
        "name: shop, paths: [configs/shop], allow: {kinds: [Service]}",
        "name: shop, paths: [configs/shop], allow: {namespaces: [default, kube-system]}",
    ],
)
def test_a_wider_limit_cannot_be_used_by_the_commit_that_makes_it(wider: str) -> None:
    """The fleet is taken, the set waits, and says for what."""
    sets = (wider, "name: free, paths: [configs/free]")
    new = repository(sets, shop=DENIED.replace("NAME", "a"), free=service("b"))
    taken = outcome(new, OLD)
    assert set(taken.refusals) == {"shop"}
    assert "may not have objects in namespace `kube-system`" in why(taken, "shop")
    assert "a change of it holds from the next commit on" in why(taken, "shop")
    assert taken.view == state(new).view
    # The next commit: the wider limit is the accepted one by now.
    later = accept(state(new), state({**new, "configs/shop/a.yaml": service("a")}), findings)
    assert later.refusals == {}


def test_what_both_limits_allow_is_taken() -> None:
    """Widening alone holds nothing back."""
    sets = ("name: shop, paths: [configs/shop]", "name: free, paths: [configs/free]")
    assert outcome(repository(sets, shop=service("c"), free=service("b")), OLD).refusals == {}


def test_a_narrower_limit_holds_at_once() -> None:
    """Nobody has to wait for less."""
    sets = (SHOP, f"name: free, paths: [configs/free], {LIMITED}")
    new = repository(sets, shop=service("a"), free=service("b") + DENIED.replace("NAME", "c"))
    assert set(outcome(new, OLD).refusals) == {"free"}


def test_a_set_without_limits_does_not_take_over_another_one_s_files() -> None:
    """What the files' own set may not hold, a set that gets them by this commit may not either."""
    sets = (SHOP.replace("configs/shop]", "configs/other]"), "name: free, paths: [configs]")
    new = {
        **repository(sets, free=service("b"), shop=DENIED.replace("NAME", "a")),
        "configs/other/a.yaml": service("c"),
    }
    taken = outcome(new, OLD)
    assert "may not have objects in namespace `kube-system`" in why(taken, "free")


def test_a_new_set_waits_where_sets_have_limits() -> None:
    """What it may hold is what its own commit says, and that is not accepted yet."""
    sets = (SHOP, "name: free, paths: [configs/free]", "name: more, paths: [configs/more]")
    new = repository(sets, shop=service("a"), free=service("b"), more=service("c"))
    taken = outcome(new, OLD)
    assert set(taken.refusals) == {"more"}
    assert "set `more` is new, and what it may hold is not known yet" in why(taken, "more")
    assert accept(state(new), state({**new, "configs/more/a.yaml": ""}), findings).refusals == {}


def test_a_new_set_is_taken_at_once_where_no_set_has_limits() -> None:
    """A fleet without tenants asks nobody to wait."""
    old = repository(("name: shop, paths: [configs/shop]",), shop=service("a"))
    sets = ("name: shop, paths: [configs/shop]", "name: more, paths: [configs/more]")
    new = repository(sets, shop=service("a"), more=service("b"))
    assert outcome(new, old).refusals == {}


def test_variables_cannot_make_what_a_set_may_not_hold() -> None:
    """Limits are about what comes out, in every cluster."""
    limited = "name: shop, paths: [configs/shop], allow: {hosts: ['*.default.svc.cluster.local']}"
    entry = (
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: a}\n"
        "spec:\n  hosts: ['${host}']\n  ports: [{number: 80, name: http, protocol: HTTP}]\n"
        "  resolution: DNS\n"
    )
    old = repository((limited,), shop=service("a"))
    east = old["clusters/east/cluster.yaml"]
    new = {
        **old,
        "configs/shop/a.yaml": service("a") + entry,
        "clusters/east/cluster.yaml": east + "spec: {variables: {host: bank.example}}\n",
    }
    assert "may not have host `bank.example`" in why(outcome(new, old), "shop")
    fine = {**new, "clusters/east/cluster.yaml": east + "spec: {variables: {host: a.default}}\n"}
    assert "host `a.default`" in why(outcome(fine, old), "shop")
    known = east + "spec: {variables: {host: a.default.svc.cluster.local}}\n"
    assert outcome({**new, "clusters/east/cluster.yaml": known}, old).refusals == {}


def test_patches_of_a_set_are_bound_by_its_limits_and_those_of_a_cluster_are_not() -> None:
    """The cluster's folder is the fleet's own."""
    limited = "name: shop, paths: [configs/shop], allow: {hosts: ['a.example']}"
    base = (
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: a}\n"
        "spec:\n  hosts: [a.example]\n  ports: [{number: 80, name: http, protocol: HTTP}]\n"
        "  resolution: DNS\n"
    )
    change = (
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: a}\n"
        "spec: {hosts: [bank.example]}\n"
    )
    old = repository((limited,), shop=base)
    taken = outcome({**old, "configs/shop/b.patch.yaml": change}, old)
    assert "may not have host `bank.example`" in why(taken, "shop")
    assert taken.refusals["shop"][0].origin.file == "configs/shop/b.patch.yaml"  # type: ignore[index]
    assert outcome({**old, "clusters/east/b.patch.yaml": change}, old).refusals == {}
