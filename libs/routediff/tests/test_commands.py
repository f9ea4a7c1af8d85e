"""Commands that make a call."""

import pytest

from libs.routediff.commands import curl
from libs.routing.call import call_from_fields


@pytest.mark.parametrize(
    ("fields", "command"),
    [
        ({"port": 80, "host": "a"}, "curl http://a/"),
        ({"port": 9080, "host": "a", "path": "/x?q=1"}, "curl 'http://a:9080/x?q=1'"),
        ({"port": 80, "host": "a:80", "method": "PUT"}, "curl -X PUT http://a/"),
        ({"port": 80, "host": "a", "headers": {"x": "$(id)"}}, "curl -H 'x: $(id)' http://a/"),
        ({"port": 80, "host": "a", "headers": {"x": ""}}, "curl -H 'x;' http://a/"),
        ({"port": 443, "host": "a", "tls": "tls"}, "curl https://a/"),
        (
            {"port": 443, "host": "a", "tls": "tls", "sni": "b"},
            "curl -H 'host: a' https://b/",
        ),
        ({"port": 7, "host": "a", "protocol": "tcp", "address": "10.0.0.1"}, "nc 10.0.0.1 7"),
    ],
)
def test_a_call_is_a_command_in_which_nothing_of_the_call_acts(
    fields: dict[str, object], command: str
) -> None:
    """What a shell would take for its own is quoted."""
    assert curl(call_from_fields(fields)) == command
