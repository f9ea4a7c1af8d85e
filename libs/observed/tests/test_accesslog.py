"""What lines of access logs tell."""

import json
from typing import Any

import pytest

from libs.envoy.accesslog import FIELDS, default_text
from libs.observed.accesslog import Address, Entry, entries, entry

_VALUES = {
    "start_time": "2026-05-04T03:02:01.123Z",
    "method": "GET",
    "path": "/orders?token=secret",
    "protocol": "HTTP/1.1",
    "response_code": "200",
    "response_flags": "-",
    "response_code_details": "via_upstream",
    "user_agent": 'a "quoted" agent',
    "authority": "Orders:80",
    "upstream_cluster": "inbound|8080||",
    "upstream_local_address": "127.0.0.6:4711",
    "downstream_local_address": "10.0.0.2:8080",
    "downstream_remote_address": "10.0.0.1:50000",
    "requested_server_name": "outbound_.80_._.orders.shop.svc.cluster.local",
    "route_name": "default",
}


def _text(**values: str) -> str:
    """Return a line in the form that proxies have by default."""
    line = default_text().rstrip("\n")
    for name, command in FIELDS.items():
        line = line.replace(command, (_VALUES | values).get(name, "-"))
    return line


def _json(**values: Any) -> str:
    return json.dumps(dict.fromkeys(FIELDS) | _VALUES | values)


@pytest.mark.parametrize("line", [_text(), _json()], ids=["text", "JSON"])
def test_a_line_in_the_default_form_is_read(line: str) -> None:
    """The query of a path, which may hold secrets, is left out."""
    assert entry(line) == Entry(
        at="2026-05-04T03:02:01Z",
        answered=True,
        protocol="http",
        method="GET",
        path="/orders",
        authority="orders:80",
        upstream="inbound|8080||",
        upstream_local=Address("127.0.0.6", 4711),
        local=Address("10.0.0.2", 8080),
        remote=Address("10.0.0.1", 50000),
        server_name="outbound_.80_._.orders.shop.svc.cluster.local",
        encrypted=True,
    )


@pytest.mark.parametrize(
    "more",
    [
        {"response_flags": "NR"},
        {"response_flags": "UF,URX"},
        {"response_code_details": "rbac_access_denied_matched_policy[none]"},
        {"connection_termination_details": "rbac_access_denied_matched_policy[a]"},
    ],
)
def test_a_call_that_somebody_refused_did_not_happen(more: dict[str, str]) -> None:
    """Nobody depends on being refused."""
    for line in (_text(**more), _json(**more)):
        found = entry(line)
        assert found is not None
        assert not found.answered


def test_a_connection_has_no_request() -> None:
    """A proxy that only carries bytes writes none down."""
    nothing = dict.fromkeys(("method", "path", "protocol", "authority"), "-")
    found = entry(_text(**nothing, requested_server_name="-"))
    assert found is not None
    assert (found.protocol, found.method, found.path, found.authority) == ("tcp", "", "", "")
    assert found.encrypted is False


@pytest.mark.parametrize(
    ("more", "peer", "encrypted"),
    [
        ({"downstream_tls_version": "TLSv1.3", "requested_server_name": None}, "", True),
        ({"downstream_tls_version": None}, "", False),
        (
            {"downstream_peer_uri_san": "spiffe://a/ns/b/sa/c,spiffe://d"},
            "spiffe://a/ns/b/sa/c",
            True,
        ),
        (
            {
                "x_forwarded_client_cert": 'By=spiffe://x;URI=spiffe://no,By=y;Hash=1;URI="spiffe://c"'
            },
            "spiffe://c",
            True,
        ),
    ],
    ids=["by version", "by no version", "by certificate", "by header"],
)
def test_more_fields_tell_more(more: dict[str, Any], peer: str, *, encrypted: bool) -> None:
    """Of what other proxies forwarded only the last counts: it was written by this one."""
    found = entry(_json(**more))
    assert found is not None
    assert (found.peer, found.encrypted) == (peer, encrypted)


def test_other_lines_are_nothing() -> None:
    """A proxy writes other things to the same place, and may be cut off in the middle."""
    lines = [
        "",
        "[2026-05-04 03:02:01.000][1][info] hello",
        "{",
        "[]",
        "{}",
        _text()[:-200],
        "x" * 70_000,
    ]
    assert list(entries([*lines, f"[pod/a/istio-proxy] {_text()}\n"])) == [entry(_text())]


def test_an_agent_that_looks_like_the_end_of_a_line_changes_nothing() -> None:
    """Callers choose their own names."""
    forged = 'x" "-" "evil" "10.9.9.9:1" inbound|1|| 1.1.1.1:1 1.1.1.1:1 1.1.1.1:1 evil default'
    found = entry(_text(user_agent=forged))
    assert found is not None
    assert (found.authority, found.upstream) == ("orders:80", "inbound|8080||")
