"""Connections are told apart by names and addresses that exist."""

import pytest

from libs.meshapi.rules.tests.rulecases import mesh_object, paths


@pytest.mark.parametrize(
    ("host", "name", "covered"),
    [
        ("a.com", "a.com", True),
        ("*.a.com", "b.a.com", True),
        ("*", "b.com", True),
        ("*.a.com", "a.com", False),
        ("a.com", "b.a.com", False),
    ],
)
def test_a_server_name_is_under_a_host(host: str, name: str, *, covered: bool) -> None:
    """A wildcard host covers the names below it, and not itself alone."""
    route = {"match": ({"sniHosts": (name,)},), "route": ({"destination": {"host": "a"}},)}
    obj = mesh_object("VirtualService", hosts=(host,), gateways=("a",), tls=(route,))
    assert paths(obj) == ([] if covered else ["spec.tls[0].match[0].sniHosts[0]"])
