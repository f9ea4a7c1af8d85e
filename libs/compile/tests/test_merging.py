"""Rules of several owners for one host."""

import pytest

from libs.compile.merging import OPTION, merged_by_host, merges
from libs.compile.tests.worlds import istio, world
from libs.meshapi.fleet import MeshSettings


@pytest.mark.parametrize(("value", "wanted"), [("true", True), ("false", False), (None, False)])
def test_rules_are_joined_where_the_mesh_asks_for_it(value: str | None, *, wanted: bool) -> None:
    """By a variable of its proxies, and not by default."""
    variables = {} if value is None else {OPTION: value}
    config = {"defaultConfig": {"proxyMetadata": variables}}
    assert merges(MeshSettings.model_validate(config, by_alias=True, by_name=False)) is wanted
    assert not merges(MeshSettings())


def _rule(name: str, hosts: str, http: str, namespace: str = "default") -> str:
    return istio(
        "VirtualService", name, f"{{hosts: {hosts}, http: [{http}]}}", f", namespace: {namespace}"
    )


WEB = "web.default.svc.cluster.local"


def test_what_takes_everything_comes_behind_the_rules_of_all_owners() -> None:
    """Alternatives of one rule part where only one of them takes everything."""
    text = _rule(
        "a",
        f"[{WEB}]",
        "{name: wide, match: [{uri: {exact: /a}}, {uri: {prefix: /}}], "
        "route: [{destination: {host: a}}]}",
    ) + _rule(
        "b",
        f"[{WEB}]",
        "{name: narrow, match: [{port: 9, uri: {exact: /b}}], route: [{destination: {host: b}}]}",
    )
    (joined,) = merged_by_host(world(text).rules, "cluster.local")
    assert [(one.name, len(one.match)) for one in joined.http] == [
        ("wide", 1),
        ("narrow", 1),
        ("wide", 1),
    ]
    assert [key.name for key in joined.delegates] == ["a", "b"]


def test_names_mean_what_they_mean_where_they_are_written() -> None:
    """Owners may live in other namespaces; hosts that one has alone stay its own."""
    text = _rule("a", f"[{WEB}, own.example]", "{route: [{destination: {host: x}}]}") + _rule(
        "a", f"[{WEB}]", "{route: [{destination: {host: x}}]}", "shop"
    )
    found = {one.hosts: one for one in merged_by_host(world(text).rules, "cluster.local")}
    assert set(found) == {(WEB,), ("own.example",)}
    assert [one.route[0].destination.host for one in found[(WEB,)].http] == [
        "x.default.svc.cluster.local",
        "x.shop.svc.cluster.local",
    ]
    assert len({one.key for one in found.values()}) == 2
