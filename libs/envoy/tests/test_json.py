"""Snapshots as JSON."""

import base64
import json

from libs.envoy import cluster, fault, hcm, listener, route, secret
from libs.envoy.address import socket
from libs.envoy.cluster import LoadBalancing
from libs.envoy.json import snapshot_json
from libs.envoy.messages import Messages
from libs.envoy.snapshot import build_snapshot


def test_every_kind_is_printed_with_what_is_packed_inside() -> None:
    """Filters, options and predicates are spelled out, not left as bytes."""
    faulty = route.default_route("c")
    route.set_filter(faulty, fault.FILTER_NAME, fault.http_fault(None, fault.http_abort(503, 1)))
    manager = hcm.by_name("s", "r", hcm.Side.GATEWAY)
    chain = listener.chain([hcm.network_filter(manager)])
    messages = Messages(
        clusters=(cluster.by_discovery("c", LoadBalancing.RANDOM, http2=True),),
        listeners=(listener.listener("l", socket("10.0.0.1", 1), [chain], listener.OUTBOUND),),
        routes=(route.configuration("r", [route.virtual_host("v", ["*"], [faulty])]),),
    )
    printed = snapshot_json(build_snapshot(messages))
    text = json.dumps(printed)
    assert {"listeners", "routes", "clusters", "endpoints", "secrets"} == printed.keys()
    assert text.count('"@type"') == 7
    assert '"httpStatus": 503' in text
    assert '"http2ProtocolOptions"' in text


def test_resources_stand_in_the_order_of_names() -> None:
    """Two equal snapshots print equally."""
    clusters = [cluster.by_original_destination(name) for name in ("b", "a")]
    printed = snapshot_json(build_snapshot(Messages(clusters=tuple(clusters))))
    assert [one["name"] for one in printed["clusters"]] == ["a", "b"]


def test_secrets_are_printed_by_name_only() -> None:
    """Their values are on no command line and in no golden."""
    planted = secret.certificate("s", b"planted-chain", b"planted-key")
    printed = json.dumps(snapshot_json(build_snapshot(Messages(secrets=(planted,)))))
    assert base64.b64encode(secret.REDACTED).decode() in printed
    for value in (b"planted-chain", b"planted-key"):
        assert value.decode() not in printed
        assert base64.b64encode(value).decode() not in printed
