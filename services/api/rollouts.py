"""Rollouts over HTTP: the board, the history, and orders of people who are known."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, HTTPException, Query

from libs.kernel.ids import PlanHash
from libs.kernel.looperrors import StalledError, TransientError
from libs.ports.clock import Clock
from libs.ports.store import Store
from libs.rollout import orders
from libs.rollout.showing import event_json, rollout_json
from libs.telemetry.logs import get_logger
from services.api.people import PersonSettings, Role, found, may, person_of

HISTORY_MAX: Final = 1_000
TEXT_CHARS_MAX: Final = 500
Authorization = Annotated[str, Header()]
Text = Annotated[str, Query(max_length=TEXT_CHARS_MAX)]


@dataclass(frozen=True, slots=True)
class Given:
    """What comes with an order: why, the plan that is approved, the gate that is skipped."""

    reason: str
    plan: str
    what: str


_ORDERS: dict[str, tuple[Role, Callable[[Given], orders.Order]]] = {
    "pause": (Role.OPERATOR, lambda _: orders.pause),
    "resume": (Role.OPERATOR, lambda _: orders.resume),
    "abort": (Role.OPERATOR, lambda _: orders.abort),
    "skip": (Role.OPERATOR, lambda given: orders.skip_of(given.what)),
    "approve": (Role.APPROVER, lambda given: orders.approval_of(PlanHash(given.plan))),
}


def routes(store: Store, people: Iterable[PersonSettings], clock: Clock) -> APIRouter:
    """Return the addresses of rollouts; nobody gets an answer who is not known."""
    known, router = tuple(people), APIRouter(prefix="/rollout")

    @router.get("")
    def status(authorization: Authorization = "") -> dict[str, Any]:
        """Show how far the rollout is."""
        _allowed(known, authorization, Role.VIEWER)
        return _answered(lambda: _board(store))

    @router.get("/history")
    def history(
        limit: Annotated[int, Query(ge=1, le=HISTORY_MAX)] = 100, authorization: Authorization = ""
    ) -> dict[str, Any]:
        """Show what happened, the newest last."""
        _allowed(known, authorization, Role.VIEWER)
        return _answered(
            lambda: {"events": [event_json(one) for one in reversed(store.rollout_events(limit))]}
        )

    @router.post("/{order}")
    def give(
        order: str,
        reason: Text = "",
        plan: Text = "",
        what: Text = "",
        authorization: Authorization = "",
    ) -> dict[str, Any]:
        """Give an order, and show what became of the rollout. No body is read."""
        given = Given(reason, plan, what)
        if order not in _ORDERS:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no order {order[:40]}")
        role, make = _ORDERS[order]
        person = person_of(_allowed(known, authorization, role))

        def carry_out() -> dict[str, Any]:
            orders.give(store, make(given), person, given.reason, clock.now_s())
            get_logger().info("order given", order=order, who=person.name, why=given.reason)
            return _board(store)

        return _answered(carry_out)

    return router


def _allowed(people: tuple[PersonSettings, ...], authorization: str, role: Role) -> PersonSettings:
    person = found(people, authorization)
    if person is None:
        headers = {"www-authenticate": "Bearer"}
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "a token is needed", headers)
    if not may(person, role):
        raise HTTPException(HTTPStatus.FORBIDDEN, f"{person.name} is no {role.value}")
    return person


def _answered(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return work()
    except orders.RefusedOrderError as error:
        raise HTTPException(HTTPStatus.CONFLICT, str(error)) from error
    except (TransientError, StalledError) as error:
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, error.reason) from error


def _board(store: Store) -> dict[str, Any]:
    state = store.rollout()
    return {"rollout": None if state is None else rollout_json(state, store.targets())}
