"""Conditions of policies taken apart."""

import pytest
from google.protobuf.json_format import ParseDict
from protogen.envoy.config.rbac.v3 import rbac_pb2

from libs.matchsets.automaton import TooLargeError
from libs.routediff.literals import ALWAYS, NEVER, Entry, alternatives, opposite
from libs.routediff.predicates import Aspect
from libs.routing.call import call_from_fields
from libs.routing.tokens import FILTER_NAME

PLAIN = Entry(
    call_from_fields({"port": 80}),
    verified=False,
    direct=True,
    behind=False,
    listed=True,
    tokens=False,
)
MUTUAL = Entry(
    call_from_fields({"port": 80, "tls": "mtls"}),
    verified=True,
    direct=False,
    behind=True,
    listed=False,
    tokens=True,
)
ANY = {"any": True}


def _when(entry: Entry, permission: object = None, principal: object = None) -> list[list[str]]:
    """Return the alternatives in words."""
    rule = {"permissions": [permission or ANY], "principals": [principal or ANY]}
    found = alternatives(ParseDict(rule, rbac_pb2.Policy()), entry)
    return [[f"{one.aspect} {predicate.words}" for one, predicate in each] for each in found]


def _method(name: str) -> dict[str, object]:
    return {"header": {"name": ":method", "stringMatch": {"exact": name}}}


def _all(*rules: object) -> dict[str, object]:
    return {"andRules": {"rules": rules}}


def test_alternatives_are_multiplied_out_and_negations_pushed_inward() -> None:
    """Not both is either not the one or not the other."""
    both = _all(_method("GET"), _method("PUT"))
    assert _when(PLAIN, both) == [["method is GET", "method is PUT"]]
    assert _when(PLAIN, {"notRule": both}) == [["method not: is GET"], ["method not: is PUT"]]
    either = {"orRules": {"rules": [_method("GET"), _method("PUT")]}}
    assert _when(PLAIN, {"notRule": either}) == [["method not: is GET", "method not: is PUT"]]
    assert _when(PLAIN, _all(either, _method("PUT")))[0] == ["method is GET", "method is PUT"]


def test_what_the_way_in_says_is_no_condition() -> None:
    """Its port, and whether callers show who they are."""
    known = {"authenticated": {"principalName": {"prefix": "spiffe://a/"}}}
    assert _when(PLAIN, {"destinationPort": 80}) == [[]]
    assert _when(PLAIN, {"destinationPort": 81}) == []
    assert _when(PLAIN, None, known) == []
    assert _when(PLAIN, None, {"notId": known}) == [[]]
    assert _when(MUTUAL, None, {"authenticated": {}}) == [[]]
    assert _when(MUTUAL, None, known) == [["caller begins with spiffe://a/"]]
    assert list(ALWAYS) == [()]
    assert list(NEVER) == []


def test_what_is_not_known_of_the_way_in_is_a_condition_that_nobody_understands() -> None:
    """A port among all that nobody listens at, and the first caller behind other proxies."""
    remote = {"remoteIp": {"addressPrefix": "10.0.0.0", "prefixLen": 8}}
    unknown = Aspect.UNKNOWN
    assert _when(MUTUAL, {"destinationPort": 81}) == [[f"{unknown} port 81"]]
    assert _when(MUTUAL, None, remote) == [[f"{unknown} the first caller behind trusted hops"]]
    assert _when(PLAIN, None, remote) == [["address is within 10.0.0.0/8"]]


def test_what_a_token_says_is_never_so_where_nobody_reads_tokens() -> None:
    """Else nobody here understands it; what other filters note is not understood anywhere."""
    value = {"stringMatch": {"exact": "x"}}
    noted = {"metadata": {"filter": FILTER_NAME, "path": [{"key": "payload"}], "value": value}}
    other = {"metadata": {"filter": "a.b", "path": [{"key": "c"}], "value": value}}
    assert _when(PLAIN, None, noted) == []
    assert _when(MUTUAL, None, noted) == [[f"{Aspect.UNKNOWN} what {FILTER_NAME} notes"]]
    assert _when(PLAIN, other) == [[f"{Aspect.UNKNOWN} what a.b notes"]]


def test_a_rule_of_too_many_alternatives_is_given_up() -> None:
    """Not multiplied out for hours."""
    either = {"orRules": {"rules": [_method("GET"), _method("PUT")]}}
    with pytest.raises(TooLargeError, match="alternatives"):
        _when(PLAIN, _all(*[either] * 12))


def test_the_opposite_of_the_opposite_is_the_condition() -> None:
    """In words too."""
    ((literal,),) = alternatives(
        ParseDict({"permissions": [_method("GET")], "principals": [ANY]}, rbac_pb2.Policy()), PLAIN
    )
    once = opposite(literal[1])
    assert (once.inverted, once.absent, once.words) == (True, True, "not: is GET")
    assert opposite(once).words == "is GET"
