"""Where an answer changes."""

from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.routediff.history import Change, first_change, told
from libs.routing.decision import ClusterChoice, Decision


@given(st.integers(1, 40), st.data())
def test_the_state_of_a_single_change_is_found(count: int, data: st.DataObject) -> None:
    """Whichever it is, and none when there is none."""
    at = data.draw(st.integers(1, count))
    found = first_change(range(count), lambda state: state >= at)
    assert found == (Change(at - 1, at) if at < count else None)


@pytest.mark.parametrize("at", [1, 2, 500, 998, 999, 1000])
def test_a_thousand_states_need_eleven_answers(at: int) -> None:
    """Also to say that nothing changed."""
    asked = []

    def answer(state: int) -> Hashable:
        asked.append(state)
        return state >= at

    first_change(range(1000), answer)
    assert len(asked) <= 11


@given(st.lists(st.integers(0, 2), min_size=2, max_size=30))
def test_what_is_found_is_a_change_in_any_history(answers: list[int]) -> None:
    """Even where an answer changes back and forth."""
    found = first_change(range(len(answers)), answers.__getitem__)
    if found is not None:
        assert answers[found.before] == answers[0] != answers[found.after]
        assert found.after == found.before + 1


def test_names_of_the_way_are_not_told() -> None:
    """A caller does not notice how a route is called."""
    one, other = Decision(route="a", virtual_host="x"), Decision(route="b", virtual_host="y")
    assert told(one) == told(other)
    assert told(one) != told(Decision(clusters=(ClusterChoice("a", 1),)))
