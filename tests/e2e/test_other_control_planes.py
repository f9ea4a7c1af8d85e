"""Two dumps of different control planes with the same meaning are the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.world import build_world
from libs.envoy.staticform import static_bootstrap
from libs.kernel.ids import ClusterName
from libs.meshapi.parse import parse_file
from libs.routediff.classes import Difference
from libs.routediff.difference import difference
from libs.routing.dump import from_dump
from libs.routing.resources import Resources
from tools.envoy.process import EnvoyProcess

_FOLDER = Path(__file__).parent / "othercontrolplane"
_GATEWAY = Proxy(ProxyType.ROUTER, "default", ("127.0.0.1",), labels={"istio": "ingressgateway"})
_OTHER: dict[str, Any] = yaml.safe_load((_FOLDER / "envoy.yaml").read_text("utf-8"))


def _dump(bootstrap: dict[str, Any]) -> Resources:
    with EnvoyProcess(bootstrap) as process:
        process.wait_ready()
        return from_dump(process.admin.get("/config_dump?include_eds"))


@pytest.fixture(scope="module")
def ours(envoy: Path) -> Resources:
    """What an Envoy says that runs what we compile."""
    parsed = parse_file("mesh.yaml", (_FOLDER / "mesh.yaml").read_bytes())
    assert parsed.messages == ()
    world = build_world([(one.object, one.origin) for one in parsed.objects], ClusterName("a"))
    return _dump(static_bootstrap(compile_snapshot(world, _GATEWAY).snapshot))


def _routes(bootstrap: dict[str, Any], host: int) -> list[dict[str, Any]]:
    (listener,) = bootstrap["static_resources"]["listeners"]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    found: list[dict[str, Any]] = manager["route_config"]["virtual_hosts"][host]["routes"]
    return found


def _told(found: Difference) -> list[tuple[str, str, str]]:
    return [(one.effect, one.host, one.which) for one in found.classes]


def test_other_names_orders_and_splits_are_no_difference(ours: Resources) -> None:
    """Renamed, ordered by hand, weights in other numbers, rules joined and taken apart."""
    found = difference(ours, _dump(_OTHER))
    assert _told(found) == []
    assert found.undecided == ()


def _wider(other: dict[str, Any]) -> None:
    _routes(other, 0)[4]["match"]["safe_regex"]["regex"] = "/log(in|out|s)"


def _heavier(other: dict[str, Any]) -> None:
    _routes(other, 0)[3]["route"]["weighted_clusters"]["clusters"][0]["weight"] = 2


def _found(other: dict[str, Any]) -> None:
    _routes(other, 1)[0]["redirect"]["response_code"] = "FOUND"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_wider, ("opened", "shop.example", "/log(in|out|s) except /login, /logout")),
        (_heavier, ("weights", "shop.example", "/api/* except /api/v1/* unless `end-user: jason`")),
        (_found, ("moved", "old.example", "all requests")),
    ],
)
def test_one_change_between_them_is_found_alone(
    change: Callable[[dict[str, Any]], None], told: tuple[str, str, str], ours: Resources
) -> None:
    """The only class is the one that was made."""
    other = yaml.safe_load((_FOLDER / "envoy.yaml").read_text("utf-8"))
    change(other)
    found = difference(ours, _dump(other))
    ((effect, host, which),) = _told(found)
    assert (effect, host) == told[:2]
    assert told[2] in which
    assert found.undecided == ()
