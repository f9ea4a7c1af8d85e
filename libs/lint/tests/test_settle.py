"""The choice between new and last good sets, over a toy in which sets need and offer names."""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from libs.desired.finding import Finding, Identity, Rule, finding
from libs.kernel.ids import SetName, TreeHash
from libs.kernel.messages import Level, MessageClass
from libs.kernel.origins import Origin
from libs.lint.settle import Offer, Settlement, settle

RULE = Rule("TOY", Level.ERROR, MessageClass.REFERENCE)
NAMES = [SetName(name) for name in "abcd"]


@dataclass(frozen=True)
class Toy:
    """A set that offers names and needs names; `rotten` is an error of its own."""

    offers: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    rotten: bool = False

    @property
    def tree(self) -> TreeHash:
        """Equal for equal contents."""
        return TreeHash(repr((sorted(self.offers), sorted(self.needs), self.rotten)))


Toys = Mapping[SetName, Toy]


def toy(offers: str = "", needs: str = "", *, rotten: bool = False) -> Toy:
    """Return a set by the letters that it offers and needs."""
    return Toy(frozenset(offers), frozenset(needs), rotten)


def judge(contents: Toys) -> list[Finding]:
    """Complain about rotten sets, about needs that nobody meets, and about double offers."""
    found = []
    for name, one in sorted(contents.items()):
        texts = ["rotten"] if one.rotten else []
        texts += [
            f"needs {need}"
            for need in sorted(one.needs)
            if not any(need in other.offers for other in contents.values())
        ]
        found += [finding(RULE, (Origin(name), None), (name,), text) for text in texts]
        found += [
            finding(RULE, (Origin(name), None), (name, former), f"{former} offers {double} too")
            for former, other in sorted(contents.items())
            for double in sorted(one.offers & other.offers)
            if former < name
        ]
    return found


def identities(contents: Toys) -> frozenset[Identity]:
    """Return all complaints about a mixture."""
    return frozenset(identity for one in judge(contents) for identity in one.identities)


def settled(
    new: Toys, last_good: Toys, broken: frozenset[SetName] = frozenset()
) -> Settlement[Toy]:
    """Settle with the toy's judge."""
    return settle(Offer(new, last_good, broken), judge, lambda: identities(last_good))


LETTERS = st.frozensets(st.sampled_from("pqr"), max_size=2)
TOYS = st.dictionaries(
    st.sampled_from(NAMES), st.builds(Toy, LETTERS, LETTERS, st.sampled_from([False] * 5 + [True]))
)
BROKEN = st.frozensets(st.sampled_from(NAMES), max_size=2)


@given(TOYS, TOYS, BROKEN)
def test_the_outcome_has_no_complaint_that_was_not_there_before(
    new: Toys, last_good: Toys, broken: frozenset[SetName]
) -> None:
    """Whatever a commit brings, what runs afterwards is never worse than what ran before."""
    outcome = settled(new, last_good, broken)
    assert outcome.unsettled == ()
    assert identities(outcome.chosen) <= identities(last_good)


@given(TOYS, TOYS, BROKEN)
def test_settling_the_outcome_again_changes_nothing(
    new: Toys, last_good: Toys, broken: frozenset[SetName]
) -> None:
    """The chosen mixture, offered again on top of itself, is taken whole."""
    chosen = settled(new, last_good, broken).chosen
    again = settled(chosen, chosen)
    assert again.chosen == chosen
    assert again.held == {}


@given(TOYS, TOYS, BROKEN)
def test_no_set_is_held_back_that_could_be_taken(
    new: Toys, last_good: Toys, broken: frozenset[SetName]
) -> None:
    """Taking any held set in addition would bring the complaints that are said about it."""
    outcome = settled(new, last_good, broken)
    for name, reasons in outcome.held.items():
        taken = {key: value for key, value in outcome.chosen.items() if key != name}
        taken |= {name: new[name]} if name in new else {}
        said = frozenset(identity for one in reasons for identity in one.identities)
        assert name in broken or said
        assert said <= identities(taken)


@given(TOYS, TOYS)
def test_a_commit_without_complaints_is_taken_whole(new: Toys, last_good: Toys) -> None:
    """Nothing is held back while the judge has nothing to say."""
    if not judge(new):
        outcome = settled(new, last_good)
        assert outcome.chosen == new
        assert outcome.held == {}


@given(TOYS, TOYS, BROKEN)
def test_a_held_set_is_at_its_last_good_contents(
    new: Toys, last_good: Toys, broken: frozenset[SetName]
) -> None:
    """Every set is either new or as it was; one that never was good is left out."""
    outcome = settled(new, last_good, broken)
    for name in NAMES:
        expected = last_good if name in outcome.held else new
        assert outcome.chosen.get(name) == expected.get(name)


A, B, C, D = NAMES


def test_a_bad_set_does_not_hold_back_a_good_one() -> None:
    """The set with the error stays behind, the other moves on."""
    last_good = {A: toy("p"), B: toy("q")}
    outcome = settled({A: toy("p", rotten=True), B: toy("r")}, last_good)
    assert outcome.chosen == {A: toy("p"), B: toy("r")}
    assert list(outcome.held) == [A]


def test_a_set_that_takes_away_what_another_needs_is_blamed() -> None:
    """The complaint sits in the unchanged set; the changed one is held back for it."""
    last_good = {A: toy("p"), B: toy(needs="p")}
    outcome = settled({A: toy(), B: toy(needs="p")}, last_good)
    assert outcome.chosen == last_good
    assert [one.gist for one in outcome.held[A]] == ["needs p"]


def test_only_the_culprit_among_several_changed_sets_is_blamed() -> None:
    """Sets that changed in the same commit and have no part in the complaint are taken."""
    last_good = {A: toy("q"), B: toy("p"), C: toy(needs="p"), D: toy()}
    outcome = settled({A: toy("qr"), B: toy(), C: toy(needs="p"), D: toy(needs="q")}, last_good)
    assert list(outcome.held) == [B]


def test_a_set_returns_when_the_real_culprit_is_held() -> None:
    """A changed set that only suffers from another one is taken in the end."""
    last_good = {A: toy("p"), B: toy(needs="p")}
    outcome = settled({A: toy(), B: toy("q", needs="p")}, last_good)
    assert list(outcome.held) == [A]
    assert outcome.chosen[B] == toy("q", needs="p")


def test_sets_that_need_each_other_are_taken_together() -> None:
    """Two new sets that refer to each other are fine as a pair, beside a bad one."""
    new = {A: toy("p", needs="q"), B: toy("q", needs="p"), C: toy(rotten=True)}
    outcome = settled(new, {})
    assert outcome.chosen == {A: new[A], B: new[B]}


def test_of_two_new_sets_that_exclude_each_other_the_first_is_taken() -> None:
    """A conflict between two newcomers leaves one of them in, always the same one."""
    outcome = settled({A: toy("p"), B: toy("p")}, {})
    assert list(outcome.chosen) == [A]
    assert list(outcome.held) == [B]


def test_an_old_complaint_holds_back_nobody_else() -> None:
    """An error that ran before does not stop other sets, and stays with the set that has it."""
    last_good = {A: toy(rotten=True), B: toy()}
    outcome = settled({A: toy(rotten=True), B: toy("q")}, last_good)
    assert outcome.held == {}
    assert outcome.chosen[B] == toy("q")


def test_a_complaint_that_no_set_causes_is_left_unsettled() -> None:
    """When the judge itself is another than before, no set is blamed for it."""

    def stricter(contents: Toys) -> list[Finding]:
        return [finding(RULE, (Origin(name), None), (name,), "new rule") for name in contents]

    last_good = {A: toy()}
    outcome = settle(Offer({A: toy()}, last_good), stricter, frozenset)
    assert [one.gist for one in outcome.unsettled] == ["new rule"]
    assert outcome.chosen == last_good


def test_the_last_good_state_is_not_judged_without_need() -> None:
    """A commit without complaints costs one question to the judge."""
    asked = []

    def counting(contents: Toys) -> list[Finding]:
        asked.append(contents)
        return []

    settle(Offer({A: toy("p")}, {A: toy()}), counting, lambda: identities({A: toy()}))
    assert len(asked) == 1


def test_one_culprit_among_many_sets_is_found_by_few_questions() -> None:
    """A commit that changes two hundred sets is not judged two hundred times."""
    names = [SetName(f"s{number:03}") for number in range(200)]
    last_good = {name: toy() for name in names} | {A: toy("p"), B: toy(needs="p")}
    new = {name: toy("q" if name == names[0] else "") for name in names}
    new |= {name: toy(rotten=False, needs="q") for name in names[1:]}
    new |= {A: toy("r"), B: toy(needs="p")}
    asked = []

    def counting(contents: Toys) -> list[Finding]:
        asked.append(contents)
        return judge(contents)

    outcome = settle(Offer(new, last_good), counting, lambda: identities(last_good))
    assert list(outcome.held) == [A]
    assert len(asked) < 20
