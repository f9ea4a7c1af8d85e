"""What a connection manager does to all requests."""

from protogen.envoy.extensions.filters.http.router.v3 import router_pb2

from libs.routediff.sides import Manager, clusters_of, settings
from libs.routediff.tests.views import host, to


def test_names_of_statistics_are_no_setting() -> None:
    """Only what requests notice counts."""
    assert settings(Manager(stat_prefix="a")) == settings(Manager(stat_prefix="b"))


def test_the_place_of_a_filter_counts() -> None:
    """Filters act in their order."""
    one, other = Manager(), Manager()
    for manager, names in ((one, "ab"), (other, "ba")):
        for name in names:
            manager.http_filters.add(name=name).typed_config.Pack(router_pb2.Router())
    assert settings(one) != settings(other)


def test_filters_of_one_name_are_all_compared() -> None:
    """A proxy may have one that denies and one that allows, and only the first is another."""
    one, other = Manager(), Manager()
    for manager, disabled in ((one, False), (other, True)):
        manager.http_filters.add(name="rbac", disabled=disabled)
        manager.http_filters.add(name="rbac")
    assert settings(one) != settings(other)


def test_all_clusters_of_a_virtual_host_are_found() -> None:
    """Those of shares and of mirrors are as well."""
    route = to("a")
    route.route.request_mirror_policies.add(cluster="m")
    weighted = to("")
    weighted.route.weighted_clusters.clusters.add(name="w")
    assert {"a", "m", "w"} <= clusters_of(host(route, weighted))
