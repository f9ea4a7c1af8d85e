"""Which calls a run makes."""

from libs.routing.call import Call, Mode
from tests.agree.balance import Balance


def _call(port: int) -> Call:
    return Call(Mode.OUTBOUND, port)


def _fields(call: Call) -> frozenset[str]:
    """The higher the port, the rarer what a call shows."""
    return frozenset({"usual"} | ({"rare"} if call.port > 8 else set()))


def test_the_first_half_is_made_as_it_comes_and_the_rest_for_what_it_shows() -> None:
    """What was shown often enough is no reason any more."""
    calls = [_call(port) for port in range(1, 11)]
    balance = Balance(goal=2)
    assert [one.port for one in balance.chosen(calls, 4, _fields)] == [1, 2, 9, 10]
    assert balance.hits == {"usual": 4, "rare": 2}
    assert [one.port for one in balance.chosen(calls, 4, _fields)] == [1, 2, 3, 4]


def test_of_few_calls_all_are_made() -> None:
    """There may be fewer than somebody asks for."""
    assert len(Balance(goal=1).chosen([_call(1), _call(2)], 5, _fields)) == 2


def test_trials_are_compared_by_what_all_their_calls_show() -> None:
    """What was shown already counts for less, and a field that many calls show only once."""
    balance = Balance(goal=3)
    rare, usual = [_call(9)], [_call(1), _call(2)]
    assert balance.worth(rare, _fields) > balance.worth(usual, _fields)
    balance.hits.update({"rare": 3, "usual": 1})
    assert balance.worth(rare, _fields) == balance.worth(usual, _fields) == 0.5
