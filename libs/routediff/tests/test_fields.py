"""Fields that nobody reads."""

from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.routediff.fields import only, unread


def test_fields_that_are_not_read_are_kept_by_name() -> None:
    """Read fields and unset fields are not among them."""
    route = rc.Route(name="a", stat_prefix="b")
    assert unread(route, ("name",)).keys() == {"stat_prefix"}
    assert only(route, "name") == rc.Route(name="a")
