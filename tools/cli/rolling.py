"""`periplus rollout`: the board of the present rollout, its history, and orders of a person.

Who can open the Store may order; he is known by his name on this machine and its groups.
"""

import getpass
import grp
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from libs.adapters.system.clock import SystemClock
from libs.kernel.ids import PlanHash
from libs.kernel.looperrors import StalledError, TransientError
from libs.ports.store import Store
from libs.rollout import orders
from libs.rollout.showing import board, event_json, history_line, rollout_json
from tools.cli.errors import UnusableError
from tools.cli.fleetstate import opened
from tools.cli.output import Format, write_json, write_lines
from tools.cli.running import DEFAULT_STATE

HISTORY_MAX = 100
PLAN_CHARS_MIN = 8
WATCH_S = 0.5
Output = Annotated[Format, Parameter(name=["--output", "-o"])]


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Place:
    """Where the rollout is kept, and how the answer is written."""

    state: Path = DEFAULT_STATE
    """Folder that `periplus up` keeps its state in"""
    store: str = ""
    """SQLAlchemy URL of the database, instead of a state folder"""
    output: Output = Format.TEXT
    """text or json"""

    def open(self) -> Store:
        """Open the Store."""
        return opened(self.state, self.store)


_HERE = Place()


def status(*, watch: bool = False, place: Place = _HERE) -> int:
    """Show how far the rollout is.

    Exit status 1 while it waits for a person or goes back, and when it went back.

    Parameters
    ----------
    watch
        Show it anew whenever something changes, until the rollout is over.
    """
    store = place.open()
    content = _content(store)
    _write(content, place.output)
    while watch and content is not None and content["stage"] not in {"done", "returned"}:
        time.sleep(WATCH_S)
        before, content = content, _content(store)
        if content != before:
            _write(content, place.output)
    return 0 if content is None or content["good"] else 1


def history(*, limit: int = HISTORY_MAX, place: Place = _HERE) -> int:
    """Show what happened, the newest last.

    Parameters
    ----------
    limit
        How many events are shown.
    """
    events = [event_json(one) for one in reversed(place.open().rollout_events(limit))]
    if place.output is Format.JSON:
        write_json({"events": events})
    else:
        write_lines(*map(history_line, events))
    return 0


def pause(*, reason: str = "", place: Place = _HERE) -> int:
    """Let nothing move until somebody resumes.

    Parameters
    ----------
    reason
        Why, for the history.
    """
    return _give(orders.pause, reason, place)


def resume(*, reason: str = "", place: Place = _HERE) -> int:
    """Go on after a pause, or try once more what a person had to decide.

    Parameters
    ----------
    reason
        Why, for the history.
    """
    return _give(orders.resume, reason, place)


def abort(*, reason: str = "", place: Place = _HERE) -> int:
    """Take everything back that was moved.

    Parameters
    ----------
    reason
        Why, for the history.
    """
    return _give(orders.abort, reason, place)


def approve(plan: str, *, reason: str = "", place: Place = _HERE) -> int:
    """Agree to the wave that waits, for exactly one plan.

    Parameters
    ----------
    plan
        Hash of the plan as `periplus rollout status` shows it, or at least 8 characters of it.
    reason
        Why, for the history.
    """
    if len(plan) < PLAN_CHARS_MIN:
        raise UnusableError(f"`{plan}` is too short for a plan; write {PLAN_CHARS_MIN} characters")
    known = place.open().rollout()
    is_meant = known is not None and known.plan.hash.startswith(plan)
    whole = known.plan.hash if known is not None and is_meant else PlanHash(plan)
    return _give(orders.approval_of(whole), reason, place)


def skip(what: str, *, reason: str, place: Place = _HERE) -> int:
    """Do without a gate of the present wave, or without the rest of its soak.

    Parameters
    ----------
    what
        Name of the gate, or `soak`.
    reason
        Why, for the history.
    """
    return _give(orders.skip_of(what), reason, place)


def _give(order: orders.Order, reason: str, place: Place) -> int:
    store = place.open()
    try:
        orders.give(store, order, person(), reason, SystemClock().now_s())
    except orders.RefusedOrderError as error:
        sys.stderr.write(f"periplus: {error}\n")
        return 1
    except (TransientError, StalledError) as error:
        raise UnusableError(error.reason) from error
    _write(_content(store), place.output)
    return 0


def person() -> orders.Person:
    """Return who runs this program, with the groups that the machine says of him."""
    name = getpass.getuser()
    numbers = os.getgrouplist(name, os.getgid())
    known = {one.gr_gid: one.gr_name for one in grp.getgrall()}
    return orders.Person(name, tuple(sorted(known[one] for one in numbers if one in known)))


def _content(store: Store) -> dict[str, Any] | None:
    state = store.rollout()
    return None if state is None else rollout_json(state, store.targets())


def _write(content: dict[str, Any] | None, output: Format) -> None:
    if output is Format.JSON:
        write_json({"rollout": content})
    elif content is None:
        write_lines("no rollout has begun yet")
    else:
        write_lines(*board(content))
