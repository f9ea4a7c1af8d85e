"""Small mistakes that an evaluator of policies and tokens could have; random pairs catch each."""

from dataclasses import replace
from typing import Any

from libs.routing import policies, rbac, tokens
from tests.agree.mutations import Mutation
from tests.agree.policyrules import AUDIENCES


def _always(answer: Any) -> Any:
    return lambda _right: lambda *_args: answer


def _plain(field: str) -> Any:
    """Read the opposite of a condition as the condition."""

    def wrap(right: Any) -> Any:
        def mutated(one: Any, caller: Any) -> Any:
            inside = getattr(one, field)
            return right(inside if one.HasField(field) else one, caller)

        return mutated

    return wrap


def _same_address(_: Any) -> Any:
    return lambda subnet, address: subnet.address_prefix == address


def _last_alone(right: Any) -> Any:
    """Look at the last filter only."""
    return lambda filters, caller: right(list(filters)[-2:], caller)


_MISTAKES = (
    Mutation("who calls is not looked at", rbac, "principal", _always(answer=True)),
    Mutation("what is called is not looked at", rbac, "permission", _always(answer=True)),
    Mutation("excluded callers are the wanted ones", rbac, "principal", _plain("not_id")),
    Mutation("excluded calls are the wanted ones", rbac, "permission", _plain("not_rule")),
    Mutation("blocks of addresses are addresses", rbac, "_within", _same_address),
    Mutation("templates fit every path", rbac, "_templated", _always(answer=True)),
    Mutation("connections are not looked at", policies, "check_connection", _always(answer=None)),
    Mutation("only what allows decides", policies, "check_requests", _last_alone),
    Mutation("claims of a token are not noted", tokens, "_take", _always(answer=None)),
    Mutation("audiences are not compared", tokens, "_audiences", _always(list(AUDIENCES))),
    Mutation("bad tokens are none", tokens, "_refuse_bad", _always(answer=None)),
    Mutation("a token may be anywhere", tokens, "_places", _always(())),
)

MUTATIONS = tuple(replace(one, scene="admissions") for one in _MISTAKES)
