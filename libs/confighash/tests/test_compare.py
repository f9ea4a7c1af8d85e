"""Differences are named as people name them: by host, route, chain and endpoint."""

from protogen.envoy.config.endpoint.v3 import endpoint_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_pb2

from libs.confighash.compare import Changes, compare, differences

CONFIG = "envoy.config.route.v3.RouteConfiguration"


def test_snapshots_are_compared_by_name() -> None:
    """What is new, what changed and what is gone, each sorted."""
    changes = compare({"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d": "1"})
    assert changes == Changes(("d",), ("b",), ("a",))


def test_equal_snapshots_have_no_changes() -> None:
    """The result of equal sides is false."""
    assert not compare({"a": "1"}, {"a": "1"})


def table(cluster: str) -> bytes:
    """Return two hosts, the second with two routes."""
    made = route_pb2.RouteConfiguration(name="80")
    made.virtual_hosts.add(name="a:80")
    host = made.virtual_hosts.add(name="b:80")
    host.routes.add(name="first").route.cluster = "x"
    host.routes.add(name="second").route.cluster = cluster
    return made.SerializeToString(deterministic=True)


def test_a_changed_route_is_named_with_its_host() -> None:
    """The path goes through the virtual host to the route."""
    paths = differences(CONFIG, table("x"), table("y"))
    assert paths == ("virtual_hosts[b:80].routes[second]",)


def test_a_changed_setting_is_named_by_its_field() -> None:
    """What is outside every part is named by its field."""
    made = route_pb2.RouteConfiguration.FromString(table("x"))
    made.validate_clusters.value = True
    assert differences(CONFIG, table("x"), made.SerializeToString()) == ("validate_clusters",)


def test_another_order_is_named() -> None:
    """Hosts in another order differ, and nothing else is said of them."""
    sides = []
    for order in (("a", "b"), ("b", "a")):
        made = route_pb2.RouteConfiguration()
        for name in order:
            made.virtual_hosts.add(name=name)
        sides.append(made.SerializeToString())
    assert differences(CONFIG, *sides) == ("virtual_hosts (order)",)


def test_a_changed_filter_chain_is_named() -> None:
    """Chains are found by their name."""
    sides = []
    for server in ("a", "b"):
        made = listener_pb2.Listener(name="l")
        made.filter_chains.add(name="kept")
        made.filter_chains.add(name="tls").filter_chain_match.server_names.append(server)
        sides.append(made.SerializeToString())
    assert differences("envoy.config.listener.v3.Listener", *sides) == ("filter_chains[tls]",)


def test_a_changed_endpoint_is_named_with_its_locality() -> None:
    """Localities by region and zone, endpoints by address and port."""
    sides = []
    for weight in (1, 2):
        made = endpoint_pb2.ClusterLoadAssignment(cluster_name="c")
        place = made.endpoints.add()
        place.locality.region, place.locality.zone = "eu", "eu-1"
        end = place.lb_endpoints.add()
        end.load_balancing_weight.value = weight
        end.endpoint.address.socket_address.address = "10.0.0.1"
        end.endpoint.address.socket_address.port_value = 9080
        sides.append(made.SerializeToString())
    paths = differences("envoy.config.endpoint.v3.ClusterLoadAssignment", *sides)
    assert paths == ("endpoints[eu/eu-1].lb_endpoints[10.0.0.1:9080]",)
