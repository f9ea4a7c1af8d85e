"""What is taken of real commits, with the real checks as the judge."""

from hypothesis import given, settings
from hypothesis import strategies as st

from libs.desired.finding import Identity
from libs.kernel.ids import SetName
from libs.kernel.messages import Message
from libs.kernel.origins import Origin
from libs.lint.acceptance import Acceptance, accept, refuse
from libs.lint.check import findings
from libs.lint.doubt import State
from libs.lint.tests.states import Files, Held, cluster, fleet, route, service, state, subsets

SHOP, STARS = SetName("shop"), SetName("stars")


def repository(shop: str, stars: str, **more: str) -> Files:
    """Return a fleet of two sets and one cluster."""
    return {
        "fleet.yaml": more.pop("fleet", fleet("shop", "stars")),
        "configs/shop/a.yaml": shop,
        "configs/stars/b.yaml": stars,
        **cluster(),
        **more,
    }


def outcome(new: Files, old: Files | None) -> Acceptance[Held]:
    """Decide about a commit after another one that was taken whole."""
    return accept(state(new), state(old) if old is not None else None, findings)


def codes(messages: tuple[Message, ...]) -> list[str]:
    """Return the codes of messages."""
    return [one.code for one in messages]


GOOD_SHOP = service("shop")
GOOD_STARS = service("stars") + subsets("stars", "v1", "v2")


def test_a_first_commit_without_errors_is_taken_whole() -> None:
    """Without a last good state everything that is fine runs."""
    new = state(repository(GOOD_SHOP, GOOD_STARS))
    taken = accept(new, None, findings)
    assert taken.chosen == new.contents
    assert taken.refusals == {}
    assert taken.view == new.view


def test_a_broken_set_does_not_hold_back_a_good_one() -> None:
    """The set with an error keeps its last good tree, the other one gets its new one."""
    old = repository(GOOD_SHOP, GOOD_STARS)
    new = repository(GOOD_SHOP + service("cart"), GOOD_STARS + route("stars", "v3"))
    taken = outcome(new, old)
    assert taken.chosen[STARS] == state(old).contents[STARS]
    assert taken.chosen[SHOP] == state(new).contents[SHOP]
    (why,) = taken.refusals[STARS]
    assert (why.code, why.origin.file, why.origin.line) == ("IST0101", "configs/stars/b.yaml", 25)
    assert "no DestinationRule defines subset `v3`" in why.text


def test_a_set_that_cannot_be_parsed_is_left_out_of_a_first_commit() -> None:
    """There is no last good state to fall back to, so the set has nothing."""
    taken = outcome(repository(GOOD_SHOP, "kind: [\n"), None)
    assert STARS not in taken.chosen
    assert taken.chosen[SHOP].objects
    assert codes(taken.refusals[STARS]) == ["PER0101"]


def test_taking_away_what_another_set_uses_is_refused_with_both_places() -> None:
    """The removed object and the object that needs it are named, each with file and line."""
    user = route("stars.default.svc.cluster.local", name="to-stars")
    old = repository(GOOD_SHOP + user, GOOD_STARS)
    new = repository(GOOD_SHOP + user, "# all gone but this\n" + subsets("stars", "v1"))
    taken = outcome(new, old)
    assert taken.chosen == state(old).contents
    assert list(taken.refusals) == [STARS]
    (why,) = taken.refusals[STARS]
    assert why.code == "PER0206"
    assert why.origin == Origin("configs/stars/b.yaml", 1, 1)
    assert why.text.startswith(
        "removing Service default/stars breaks VirtualService default/to-stars of set `shop` at "
        "configs/shop/a.yaml:16:27: no service has the host `stars.default.svc.cluster.local`"
    )


def test_changing_what_another_set_uses_names_the_changed_object() -> None:
    """A subset that goes away is a change of its DestinationRule."""
    user = route("stars.default.svc.cluster.local", "v2", name="to-stars")
    old = repository(GOOD_SHOP + user, GOOD_STARS)
    new = repository(GOOD_SHOP + user, service("stars") + subsets("stars", "v1"))
    (why,) = outcome(new, old).refusals[STARS]
    assert why.text.startswith(
        "the change of DestinationRule default/stars breaks VirtualService default/to-stars"
    )
    assert why.origin == Origin("configs/stars/b.yaml", 9, 1)


def test_both_sides_of_a_change_in_one_commit_are_taken() -> None:
    """Who removes a subset and its last use together does nothing wrong."""
    user = route("stars.default.svc.cluster.local", "v2", name="to-stars")
    old = repository(GOOD_SHOP + user, GOOD_STARS)
    new = repository(GOOD_SHOP, service("stars") + subsets("stars", "v1"))
    assert outcome(new, old).refusals == {}


def test_a_commit_is_all_or_nothing_when_the_fleet_says_so() -> None:
    """With `accept: commit` the error of one set refuses the commit."""
    strict = fleet("shop", "stars", accept="commit")
    old = repository(GOOD_SHOP, GOOD_STARS, fleet=strict)
    new = repository(GOOD_SHOP + service("cart"), GOOD_STARS + route("stars", "v3"), fleet=strict)
    taken = outcome(new, old)
    assert taken.chosen == state(old).contents
    assert codes(taken.whole) == ["IST0101"]
    assert taken.refusals == {}


def test_a_fleet_that_breaks_a_set_as_it_was_is_refused_whole() -> None:
    """Removing a set from fleet.yaml that another one needs is no single set's fault."""
    user = route("stars.default.svc.cluster.local", name="to-stars")
    old = repository(GOOD_SHOP + user, GOOD_STARS)
    new = repository(GOOD_SHOP + user, GOOD_STARS, fleet=fleet("shop"))
    taken = outcome(new, old)
    assert taken.view == state(old).view
    assert taken.chosen == state(old).contents
    assert codes(taken.whole) == ["IST0101"]
    assert taken.whole[0].text.startswith("the change of the fleet at fleet.yaml:1:1 breaks this")


def test_an_error_in_one_cluster_only_is_an_error() -> None:
    """A set that two clusters get has to fit both."""
    extra = {"clusters/west/more.yaml": service("cart"), **cluster("west")}
    old = repository(GOOD_SHOP, GOOD_STARS, **extra)
    new = repository(GOOD_SHOP + route("cart"), GOOD_STARS, **extra)
    (why,) = outcome(new, old).refusals[SHOP]
    assert "in cluster `east`, no service has the host `cart.default" in why.text


def test_warnings_speak_of_what_runs() -> None:
    """A warning of a refused version is not said, one of the version that stays is."""
    weighted = service("shop") + subsets("nowhere", "v1")
    old = repository(weighted, GOOD_STARS)
    new = repository(weighted.replace("nowhere", "elsewhere") + route("shop", "v9"), GOOD_STARS)
    taken = outcome(new, old)
    assert list(taken.refusals) == [SHOP]
    assert "`nowhere.default.svc.cluster.local`" in "".join(one.text for one in taken.warnings)
    assert "elsewhere" not in "".join(one.text for one in taken.warnings)


def test_a_set_that_lost_all_of_its_objects_keeps_them() -> None:
    """An emptied file is not a wish to delete; the message says how to say that."""
    old = repository(GOOD_SHOP, GOOD_STARS)
    taken = outcome(repository(GOOD_SHOP, "# nothing\n"), old)
    assert taken.chosen[STARS] == state(old).contents[STARS]
    assert codes(taken.refusals[STARS]) == ["PER0205"]


def test_nothing_is_taken_of_a_commit_that_removes_everything() -> None:
    """All sets empty at once refuses the whole commit."""
    taken = outcome(repository("# nothing\n", "# nothing\n"), repository(GOOD_SHOP, GOOD_STARS))
    assert codes(taken.whole) == ["PER0205"]


def test_refusing_a_first_commit_leaves_nothing() -> None:
    """Without a last good state there is no view and no contents."""
    why = outcome(repository("# nothing\n", "# nothing\n"), repository(GOOD_SHOP, GOOD_STARS)).whole
    taken: Acceptance[Held] = refuse(None, why)
    assert taken.view is None
    assert taken.chosen == {}
    assert taken.whole == why


PIECES = st.sampled_from(
    [
        service("cart"),
        service("stars"),
        subsets("stars", "v1"),
        subsets("stars", "v1", "v2"),
        route("stars", "v1"),
        route("stars", "v2", name="stars-too"),
        route("cart"),
        route("cart.default.svc.cluster.local", name="cart-again"),
        "kind: [\n",
    ]
)
TEXTS = st.lists(PIECES, max_size=3).map(lambda pieces: service("always") + "".join(pieces))
OTHERS = st.lists(PIECES, max_size=3).map(lambda pieces: service("often") + "".join(pieces))


def errors_of(current: State[Held]) -> frozenset[Identity]:
    """Return all errors of what runs."""
    found = findings(current.view, {name: one.objects for name, one in current.contents.items()})
    return frozenset(identity for one in found if one.is_error for identity in one.identities)


@settings(max_examples=40, deadline=None)
@given(TEXTS, OTHERS, TEXTS, OTHERS)
def test_commit_after_commit_what_runs_has_no_errors(
    shop: str, stars: str, shop_next: str, stars_next: str
) -> None:
    """From the first commit on no error is ever let in, and taking the outcome again is a no-op."""
    first = accept(state(repository(shop, stars)), None, findings)
    assert first.view is not None
    running = State(first.view, first.chosen)
    assert errors_of(running) == frozenset()
    second = accept(state(repository(shop_next, stars_next)), running, findings)
    assert second.view is not None
    running = State(second.view, second.chosen)
    assert errors_of(running) == frozenset()
    again = accept(running, running, findings)
    assert again.chosen == second.chosen
    assert again.refusals == {}
    assert again.whole == ()
