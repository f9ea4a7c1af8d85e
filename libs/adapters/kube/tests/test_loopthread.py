"""The thread that carries coroutines."""

import asyncio
import threading

import pytest

from libs.adapters.kube.loopthread import LoopThread


async def _thread_name() -> str:
    await asyncio.sleep(0)
    return threading.current_thread().name


async def _broken() -> None:
    raise ValueError("broken")


def test_work_is_done_elsewhere_and_its_result_comes_back() -> None:
    """Errors come back as well."""
    loop = LoopThread()
    try:
        assert loop.wait(_thread_name()) == "kubernetes"
        with pytest.raises(ValueError, match="broken"):
            loop.wait(_broken())
    finally:
        loop.stop(_nothing)


def test_stopping_cancels_what_runs_and_does_the_last_thing() -> None:
    """Tasks clean up first; stopping twice is stopping once."""
    loop, done = LoopThread(), []
    begun = threading.Event()

    async def forever() -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            done.append("cleaned")

    async def last() -> None:
        done.append("last")

    loop.start(forever())
    assert begun.wait(5)
    loop.stop(last)
    loop.stop(last)
    assert done == ["cleaned", "last"]


async def _nothing() -> None:
    """Have nothing to do at the end."""
