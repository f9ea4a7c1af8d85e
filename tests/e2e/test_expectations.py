"""Tables of requests and what must come of them, against a real Envoy with a compiled snapshot."""

import base64
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from libs.compile.snapshot import compile_snapshot
from libs.compile.world import World
from libs.kernel.xds import Snapshot
from libs.pki.authority import Authority
from libs.pki.certificates import read_certificates
from libs.pki.keys import read_key
from tests.casefile import CaseFile, read_case
from tests.e2e import certificates
from tests.e2e.calls import Reply, bounds, differences, make
from tests.e2e.echo import Addresses, Contexts, echoes
from tests.e2e.grpcauthorizer import grpc_authorizers
from tests.e2e.grpcecho import grpc_echoes
from tests.e2e.identityrig import rig
from tests.e2e.servedviews import ServedViews, bound, served_views
from tests.e2e.tokens import Issuer
from tools.envoy.process import EnvoyProcess

TABLES = sorted((Path(__file__).parent / "expectations").glob("*.yaml"))
GATEWAY = "127.77.0.1"
"""Where the router under test listens: no echo answers there."""
_AGAIN_S = 0.02
_COPIES_WAIT_S = 2.0
_COPIES_SETTLE_S = 0.1
NAMES = (
    "shop.example",
    "bank.example",
    "client.example",
    "flask.example1.com",
    "flask.example2.com",
    "one.secure.localhost",
)
MEMBERS = (
    ("mesh", "cluster.local", "default", "default"),
    ("reader", "cluster.local", "shop", "reader"),
    ("writer", "cluster.local", "shop", "writer"),
    ("other", "cluster.local", "bank", "reader"),
    ("renamed", "old.example", "default", "reader"),
    ("foreign", "foreign.example", "shop", "reader"),
)
"""Certificates of workloads: file, trust domain, namespace and service account."""

SHARED = Path(__file__).parent / "expectations" / "shared" / "bookinfo.yaml"


@pytest.fixture(scope="module")
def certificates_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the certificates that tables name under `/CERTIFICATES`."""
    folder = tmp_path_factory.mktemp("certificates")
    certificates.make(folder, NAMES)
    certificates.vouch(folder, "rsa.example", "DNS:shop.example", certificates.RSA)
    for file, domain, namespace, account in MEMBERS:
        certificates.vouch(folder, file, f"URI:spiffe://{domain}/ns/{namespace}/sa/{account}")
    certificates.revoke(folder, "foreign")
    return folder


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory, envoy: Path) -> Iterator[ServedViews]:
    """Serve views, one after the other."""
    with served_views(tmp_path_factory.mktemp("views")) as served:
        yield served


@pytest.fixture(scope="module")
def issuers() -> dict[str, Issuer]:
    """Make the keys that tables name as `KEYS(name)`, and that their tokens are signed with."""
    return {name: Issuer(name) for name in ("shop", "bank", "forger")}


@pytest.fixture(scope="module")
def words(certificates_folder: Path, issuers: dict[str, Issuer]) -> dict[str, str]:
    """Return what stands for what in all tables."""
    keys = {f"KEYS({name})": one.keys for name, one in issuers.items()}
    folder = certificates_folder
    return {"/CERTIFICATES": str(folder), **_encoded(folder), **_hashes(folder), **keys}


@pytest.fixture(scope="module")
def agent(
    tmp_path_factory: pytest.TempPathFactory, views: ServedViews, certificates_folder: Path
) -> Iterator[Callable[[], None]]:
    """Give what starts an agent beside the Envoys, below the root of all certificates here."""
    with rig(tmp_path_factory.mktemp("agent"), Path()) as made:

        @cache
        def start() -> None:
            key = read_key((certificates_folder / "ca.key").read_bytes(), "ca.key")
            root = read_certificates((certificates_folder / "ca.pem").read_bytes(), "ca.pem")
            own = Authority(root[0], key, (), root)
            ca = made.certifying_by("mesh", own, {"default": own})
            started = made.agent(ca, "default", "ratings", None, "--secrets-only")
            started.wait("agent ready")
            views.agent_socket.symlink_to(started.folder / "run" / "sds.sock")

        yield start


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("delta", [False, True], ids=["sotw", "delta"])
def test_real_envoy_answers_as_the_table_says(
    table: Path,
    views: ServedViews,
    certificates_folder: Path,
    issuers: dict[str, Issuer],
    words: dict[str, str],
    agent: Callable[[], None],
    *,
    delta: bool,
) -> None:
    """Every row's calls come back as the row expects, through an Envoy with the compiled view."""
    shared = SHARED.read_text(encoding="utf-8")
    case = read_case(table, shared, words | _tokens(table, issuers))
    compiled = compile_snapshot(case.world, case.proxy)
    assert list(compiled.problems) == case.question.get("problems", [])
    snapshot = bound(compiled.snapshot) if case.question.get("bound") else compiled.snapshot
    contexts = _contexts(case.world, certificates_folder)
    if case.question.get("agent"):
        agent()
    with (
        echoes(_workloads(case.world), contexts) as arrived,
        grpc_echoes(_workloads(case.world, "grpc")),
        grpc_authorizers(_workloads(case.world, "authorizer")),
        _running(views, case, snapshot, delta=delta) as process,
    ):
        for row in case.question["calls"]:
            time.sleep(row.get("after_ms", 0) / 1000)
            replies, found = _made(row, arrived)
            assert not found, (row["because"], found[:5])
            assert not list(_copies(arrived, row, replies)), row["because"]
            assert _counted(process, row) == row.get("stats", {}), row["because"]


def _made(row: Mapping[str, Any], arrived: "Counter[str]") -> tuple[list[Reply], list[str]]:
    """Make the calls of a row, and say how replies differ; again until they do not `within_ms`."""
    deadline = time.monotonic() + row.get("within_ms", 0) / 1000
    while True:
        arrived.clear()
        replies = list(make(row))
        found = list(differences(row["expect"], replies))
        if not found or time.monotonic() >= deadline:
            return replies, found
        time.sleep(_AGAIN_S)


def _running(
    views: ServedViews, case: CaseFile, snapshot: Snapshot, *, delta: bool
) -> AbstractContextManager[EnvoyProcess]:
    """Give the view to an Envoy: to one of its own where it counts what happened."""
    alone = any("stats" in row for row in case.question["calls"])
    serve = views.serving if alone else views.moved
    return serve(snapshot, case.proxy, delta=delta)


def _encoded(folder: Path) -> dict[str, str]:
    """Return the values of Secrets: `BASE64(shop.example.pem)` stands for that file."""
    return {
        f"BASE64({path.name})": base64.b64encode(path.read_bytes()).decode()
        for path in folder.iterdir()
    }


def _hashes(folder: Path) -> dict[str, str]:
    """Return what stands for hashes: `HASH(mesh)` of a certificate, `SPKI(mesh)` of its key."""
    certified = list(folder.glob("*.pem"))
    whole = {f"HASH({path.stem})": certificates.hash_of(path) for path in certified}
    return whole | {f"SPKI({path.stem})": certificates.key_hash_of(path) for path in certified}


def _tokens(table: Path, issuers: Mapping[str, Issuer]) -> dict[str, str]:
    """Return the tokens of a table: `TOKEN(name)` stands for the one that `tokens` describes.

    `by` is who signs it, `algorithm` how.
    """
    head = yaml.safe_load(table.read_text(encoding="utf-8").partition("\n---\n")[0])
    described = head.get("tokens", {})
    return {
        f"TOKEN({name})": issuers[one.get("by", "shop")].sign(
            one.get("claims", {}), one.get("algorithm", "RS256")
        )
        for name, one in described.items()
    }


def _copies(
    arrived: "Counter[str]", row: Mapping[str, Any], replies: Sequence[Reply]
) -> Iterator[str]:
    """Say how copies differ from what a row expects, if it does: what arrived and did not answer.

    Waits for the copies that are expected, and a moment for those that are not.
    """
    if "copies" not in row:
        return
    answered = Counter(str(reply.seen.get("workload")) for reply in replies)
    deadline = time.monotonic() + _COPIES_WAIT_S
    while not _as_many(arrived - answered, row["copies"]) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(_COPIES_SETTLE_S)
    if not _as_many(arrived - answered, row["copies"]):
        yield f"copies: wanted {row['copies']}, got {dict(arrived - answered)}"


def _as_many(found: "Counter[str]", wanted: Mapping[str, Any]) -> bool:
    """Compare counts by workload; a list is the least and the most."""
    if found.keys() != wanted.keys():
        return False
    limits = {name: one if isinstance(one, list) else [one, one] for name, one in wanted.items()}
    return all(low <= found[name] <= high for name, (low, high) in limits.items())


def _counted(process: EnvoyProcess, row: Mapping[str, Any]) -> dict[str, int | None]:
    """Ask Envoy for the counters and gauges that a row names."""
    if "stats" not in row:
        return {}
    known = process.admin.stats()
    return {name: known.get(name) for name in row["stats"]}


def _workloads(world: World, kind: str = "") -> Addresses:
    """Find every address at which an echo has to answer, named by its workload.

    With the label `echo: none` an endpoint refuses every connection, with `echo: grpc` it speaks
    that, with `echo: authorizer` it says whom proxies let through.
    """
    return {
        (endpoint.address, number): endpoint.workload
        for host, endpoints in world.registry.endpoints.items()
        for endpoint in endpoints
        for number in endpoint.ports.values()
        if endpoint.address != GATEWAY and endpoint.labels.get("echo", "") == kind
    }


def _contexts(world: World, folder: Path) -> Contexts:
    """Return the TLS of endpoints with the label `echo-tls`, which names a certificate."""
    return {
        (endpoint.address, number): certificates.server(folder, endpoint.labels["echo-tls"])
        for members in world.registry.endpoints.values()
        for endpoint in members
        for number in endpoint.ports.values()
        if "echo-tls" in endpoint.labels
    }


def test_shares_are_bounded_tightly_enough_to_tell_weights_apart() -> None:
    """The bounds of 90 % and of 50 % in 600 calls do not meet, and a full share allows no other."""
    assert bounds(600, 0.9)[0] > bounds(600, 0.5)[1]
    assert bounds(600, 1.0) == (600, 600)
    assert bounds(600, 0.0) == (0, 0)
