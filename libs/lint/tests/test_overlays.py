"""Acceptance where a cluster's overlay and a set depend on each other."""

from libs.desired.codes import PATCH
from libs.lint.acceptance import Acceptance, accept
from libs.lint.check import check, findings
from libs.lint.tests.states import Files, Held, cluster, fleet, route, service, state, subsets

OVERLAY = (
    "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
    "metadata: {name: shop, annotations: {periplus.io/patch: json}}\n"
    "patch:\n- {op: replace, path: /spec/http/0/route/0/destination/subset, value: SUBSET}\n"
)
PATH = "clusters/east/shop.patch.yaml"
SHOP = service("shop") + subsets("shop", "v1", "v2") + route("shop", "v1")


def repository(subset: str = "v2", shop: str = SHOP) -> Files:
    """Return a set that two clusters get, patched in one of them."""
    return {
        "fleet.yaml": fleet("shop"),
        "configs/shop/a.yaml": shop,
        **cluster("east"),
        **cluster("west"),
        PATH: OVERLAY.replace("SUBSET", subset),
    }


def outcome(new: Files, old: Files) -> Acceptance[Held]:
    """Decide about a commit after another one that was taken whole."""
    return accept(state(new), state(old), findings)


def test_a_finding_in_an_overlay_names_its_cluster_and_its_line() -> None:
    """The other cluster is fine."""
    read = state(repository("v3"))
    found = check(read.view, {name: one.objects for name, one in read.contents.items()})
    (message,) = (one for one in found if one.code == "IST0101")
    assert (message.origin.file, message.origin.line) == (PATH, 5)
    assert message.text.startswith("in cluster `east`, ")


def test_an_overlay_that_breaks_a_set_is_what_waits() -> None:
    """The set's new objects are taken, the cluster keeps its old overlay."""
    new = repository("v3", SHOP + service("more"))
    taken = outcome(new, repository())
    assert set(taken.refusals) == {"clusters/east"}
    assert taken.chosen == state(repository("v2", SHOP + service("more"))).contents


def test_a_set_that_takes_away_what_an_overlay_patches_waits() -> None:
    """It says which overlay, and what to do."""
    taken = outcome(repository(shop=service("shop") + subsets("shop", "v1", "v2")), repository())
    assert set(taken.refusals) == {"shop"}
    ((message,),) = taken.refusals.values()
    assert "removing VirtualService default/shop breaks" in message.text
    assert f"{PATH}:1:1" in message.text
    assert "there is no VirtualService default/shop to patch" in message.text


def test_both_together_are_taken() -> None:
    """A commit that changes set and overlay consistently is one change."""
    renamed = SHOP.replace("name: v2", "name: v9")
    assert outcome(repository("v9", renamed), repository()).refusals == {}


def test_an_overlay_for_nothing_is_an_error_of_its_cluster() -> None:
    """From the first commit on."""
    read = state(repository(shop=service("shop")))
    taken = accept(read, None, findings)
    assert [one.code for found in taken.refusals.values() for one in found] == [PATCH]
    assert set(taken.refusals) == {"clusters/east"}
