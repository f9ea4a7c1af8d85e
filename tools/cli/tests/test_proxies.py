"""`periplus proxies` over a real database."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from libs.kernel.ids import ResourceName, Version
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.proxies import Refused, SyncStatus
from libs.kernel.xds import CLUSTER, ROUTE
from tools.cli.main import main
from tools.cli.tests.proxystates import COMMIT, PROXY, seed, stored

CULPRIT = (ObjectKey("", "Service", "ns", "s"), Origin("a.yaml", 7))
VERSIONS = ((CLUSTER, Version("c" * 32)), (ROUTE, Version("d" * 32)))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Make a state folder with one revision that is live on one proxy."""
    return seed(tmp_path)


def test_proxies_are_listed(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each proxy is a line with cluster, status, live commit, since when, and versions by type."""
    stored(state).record_proxies([replace(PROXY, versions=VERSIONS)])
    assert main(["proxies", "--state", str(state)]) == 0
    header, line = capsys.readouterr().out.splitlines()
    assert header.split() == ["PROXY", "CLUSTER", "STATUS", "COMMIT", "SINCE", "VERSIONS"]
    shown = [COMMIT[:12], "2001-09-09T01:46:40Z", "cds=cccccccc", "rds=dddddddd"]
    assert line.split() == [PROXY.id, "cluster1", "synced", *shown]


def test_what_was_refused_stands_below_its_proxy(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The proxy's words in one line, then each resource with the places behind it."""
    refused = (Refused(ROUTE, ResourceName("80"), (CULPRIT,)),)
    told = replace(PROXY, status=SyncStatus.REFUSED, error="no\n such host", refused=refused)
    stored(state).record_proxies([told])
    assert main(["proxies", "list", "--state", str(state)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:] == ["  no such host", "  rds 80", "    a.yaml:7:1: Service ns/s"]


def test_proxies_as_json_are_whole(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON has every field of the record, and the commit."""
    assert main(["proxies", "--store", f"sqlite:///{state / 'periplus.sqlite'}", "-o", "json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)["proxies"]
    assert (record["status"], record["live_at_s"], record["carried"], record["commit"]) == (
        "synced",
        1_000_000_000.25,
        True,
        COMMIT,
    )


def test_without_a_frontend_there_is_nothing_to_compare(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence names the address that was asked."""
    assert main(["proxies", "diff", "a", "b", "--state", str(state)]) == 2
    assert f"unix:{state}/status.sock does not tell" in capsys.readouterr().err
