"""`python -m tests.contract.storechild`: forks processes that use a store and can be killed.

Imports once and then forks for each line of its input, `TASK URL ARGUMENTS...`, so that killing a
writer thirty times costs seconds. Every line of output begins with the id of its process.
"""

import contextlib
import itertools
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

from libs.adapters.sql.store import SqlStore, open_store
from libs.kernel.looperrors import TransientError
from libs.ports.store import StaleGenerationError
from tests.contract.storedata import (
    a_manifest,
    a_refused_state,
    a_revision,
    a_state,
    accept_next,
    an_object,
    targets_to,
)


def say(*words: object) -> None:
    """Write one line in one piece, since several processes share the pipe."""
    os.write(1, (" ".join(str(word) for word in (os.getpid(), *words)) + "\n").encode())


def race(url: str, writer: str, count: str) -> None:
    """Append `count` revisions against whoever else does; say how often another was first."""
    store = open_store(url)
    lost = 0
    for _ in range(int(count)):
        while True:
            try:
                accept_next(store, writer=writer)
                break
            except StaleGenerationError:
                lost += 1
    say("lost", lost)


def race_targets(url: str, count: str) -> None:
    """Move all targets `count` times against whoever else does."""
    store = open_store(url)
    newest = store.newest_revision()
    if newest is None:
        raise ValueError("the store has no revision")
    done = 0
    while done < int(count):
        generations = {target.generation for target in store.targets().values()} or {0}
        try:
            store.move_targets(targets_to(newest, generations.pop() + 1))
            done += 1
        except StaleGenerationError:
            continue
    say("moved", done)


def commit_forever(url: str) -> None:
    """Store, accept and target revisions until killed; say each one that is done."""
    store = open_store(url)
    newest = store.newest_revision()
    for generation in itertools.count(newest.generation + 1 if newest else 1):
        parent = None if generation == 1 else f"r{generation - 1}"
        objects = [an_object(number, generation) for number in range(40)]
        tree = f"t{generation}"
        store.add_contents(objects, [a_manifest(tree, objects), a_manifest("fleet", [])])
        revision = a_revision(generation, parent, [tree])
        store.accept(revision, a_state(revision))
        moved = max((target.generation for target in store.targets().values()), default=0)
        store.move_targets(targets_to(revision, moved + 1))
        say("done", generation)
        if generation % 5 == 0:
            store.expire(10)


def open_only(url: str) -> None:
    """Open the store, which makes its tables."""
    open_store(url)
    say("opened")


def record(url: str) -> None:
    """Write one change."""
    open_store(url).record_source(a_refused_state())
    say("recorded")


def fill_disk(url: str, size_max_bytes: str) -> None:
    """Write until no file may grow any more, then again with room; say what happened."""
    store = open_store(url)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size_max_bytes), hard))
    number = 0
    try:
        while True:
            _add_large(store, number)
            number += 1
    except TransientError as error:
        say("full", error.reason)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    _add_large(store, number)
    say("stored", number)


def _add_large(store: SqlStore, number: int) -> None:
    item = an_object(number, body=bytes(100_000))
    store.add_contents([item], [a_manifest(f"t{number}", [item])])


TASKS: dict[str, Callable[..., None]] = {
    task.__name__: task
    for task in (race, race_targets, commit_forever, open_only, record, fill_disk)
}


def main() -> None:
    """Fork a child for each line until the input ends, and take them along then."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies: a pid that is gone was reaped
    children = []
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _live(*line.split())
        children.append(child)
        say("forked", child)
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _live(task: str, *arguments: str) -> NoReturn:
    try:
        TASKS[task](*arguments)
        say("end")
    except BaseException:  # noqa: BLE001 - a forked process must not return into its parent's loop
        say("failed", traceback.format_exc().replace("\n", " | "))
    os._exit(0)


if __name__ == "__main__":
    main()
