"""The programs of Bookinfo, called as their Envoys call them."""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tools.child.process import Child, ChildError, ChildSpec
from tools.demo.apps import App
from tools.demo.bookinfo import PROGRAM_PORT, SERVICE_PORT
from tools.demo.http1 import Request, Response
from tools.demo.httpclient import Client
from tools.demo.httpserver import serve
from tools.demo.judge import judge
from tools.demo.places import claim_place
from tools.demo.repository import EXAMPLE, Repository
from tools.demo.workloads import DemoCluster, Workload, read_clusters

PAGE = Request("GET", "/productpage", {"host": "bookinfo.example", "end-user": "jason"})


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoCluster]:
    """Run all programs of a fleet in their process, and give its first cluster."""
    folder = tmp_path_factory.mktemp("fleet")
    with claim_place() as place:
        repository = Repository(folder)
        repository.create(place.moved, trigger_port=9)
        argv = [sys.executable, "-m", "tools.demo.apps", str(repository.checkout)]
        programs = started(argv, folder / "programs.log")
        try:
            await_ready(programs)
            yield read_clusters(repository.checkout)[0]
        finally:
            programs.stop()


def started(argv: list[str], log: Path) -> Child:
    """Start the programs."""
    return Child(ChildSpec("programs", argv, log, {"PYTHONPATH": str(EXAMPLE)}))


def await_ready(programs: Child) -> None:
    """Wait until the programs say that they listen."""
    programs.wait_until("get ready", lambda: "ready" in programs.spec.log.read_text(), 20)


def find(cluster: DemoCluster, name: str) -> Workload:
    """Return a workload by its name."""
    return next(each for each in cluster.workloads if each.name == name)


async def relayed(cluster: DemoCluster, workload: Workload, reviews: str) -> asyncio.Server:
    """Stand where a workload's Envoy takes outbound calls, and send reviews to one version."""
    versions = {"details": "v1", "reviews": reviews, "ratings": "v1"}

    async def relay(request: Request) -> Response:
        app, _, port = request.headers["host"].partition(":")
        assert (port, request.headers["end-user"]) == (str(SERVICE_PORT), "jason")
        target = find(cluster, f"{app}-{versions[app]}")
        client = Client(target.address, PROGRAM_PORT)
        try:
            answer = await client.send(request, 1)
        finally:
            client.close()
        return Response(answer.status, answer.body)

    return await serve(workload.outbound_host or "", SERVICE_PORT, relay)


async def page(cluster: DemoCluster) -> Response:
    """Ask the product page's program itself."""
    client = Client(find(cluster, "productpage-v1").address, PROGRAM_PORT)
    try:
        return await client.send(PAGE, 5)
    finally:
        client.close()


@pytest.mark.parametrize(
    ("version", "stars"), [("v1", None), ("v2", "black"), ("v3", "red")], ids=["v1", "v2", "v3"]
)
def test_a_page_tells_the_whole_chain(fleet: DemoCluster, version: str, stars: str | None) -> None:
    """The page holds the answers of all services below it, and passes the visitor's header on."""

    async def test() -> Response:
        callers = [find(fleet, "productpage-v1"), find(fleet, f"reviews-{version}")]
        servers = [await relayed(fleet, caller, version) for caller in callers]
        try:
            return await page(fleet)
        finally:
            for server in servers:
                server.close()

    answer = asyncio.run(test())
    assert judge(answer, "cluster1", frozenset({version})).fault is None
    reviews = next(each for each in json.loads(answer.body)["calls"] if each["app"] == "reviews")
    assert reviews["stars"] == stars


def test_a_page_without_its_envoy_says_what_failed(fleet: DemoCluster) -> None:
    """When nobody takes the outbound calls, the page still answers and names the failure."""
    verdict = judge(asyncio.run(page(fleet)), "cluster1", frozenset({"v1"}))
    assert verdict.fault is not None
    assert verdict.fault.startswith("details: ConnectionRefusedError")


def test_an_inner_error_status_is_passed_up(fleet: DemoCluster) -> None:
    """An answer that is no success becomes part of the page, with its status and text."""

    async def refuse(_: Request) -> Response:
        return Response(503, b"no healthy upstream")

    async def test() -> Response:
        caller = find(fleet, "productpage-v1")
        server = await serve(caller.outbound_host or "", SERVICE_PORT, refuse)
        try:
            return await page(fleet)
        finally:
            server.close()

    verdict = judge(asyncio.run(test()), "cluster1", frozenset({"v1"}))
    assert verdict.fault == "details: status 503: no healthy upstream"


def test_a_caller_without_an_outbound_address_says_so(fleet: DemoCluster) -> None:
    """A configuration that lost a caller's egress address shows up as a failed call."""
    workload = replace(find(fleet, "productpage-v1"), outbound_host=None)
    answer = asyncio.run(App(workload, None).answer(PAGE))
    verdict = judge(answer, "cluster1", frozenset({"v1"}))
    assert verdict.fault == "details: this workload's Sidecar has no egress address"


def test_a_broken_checkout_ends_the_programs(tmp_path: Path) -> None:
    """Programs without a fleet to serve do not say that they are ready."""
    argv = [sys.executable, "-m", "tools.demo.apps", str(tmp_path / "absent")]
    programs = started(argv, tmp_path / "log")
    try:
        with pytest.raises(ChildError, match="programs ended with status 1"):
            await_ready(programs)
    finally:
        programs.stop()
