"""Tests of what an istiod says of its proxies."""

from typing import Any

import orjson
import pytest

from libs.kernel.looperrors import TransientError
from libs.observed.istiodsync import ProxySync, proxies

SYNCED = {
    "cluster_id": "Kubernetes",
    "proxy": "web-1.shop",
    "istio_version": "1.20.0",
    "cluster_sent": "n1",
    "cluster_acked": "n1",
    "route_sent": "n2",
    "route_acked": "n2",
}


def _read(*entries: dict[str, Any]) -> tuple[ProxySync, ...]:
    return proxies(orjson.dumps(entries))


def test_what_is_acknowledged_is_synced() -> None:
    """A type that was never sent is nothing to wait for."""
    assert _read(SYNCED) == (ProxySync("web-1.shop", ()),)
    assert _read(SYNCED)[0].is_synced
    assert _read() == ()


@pytest.mark.parametrize("acked", [{"route_acked": "n0"}, {"route_acked": ""}])
def test_what_was_sent_and_not_acknowledged_is_waited_for(acked: dict[str, str]) -> None:
    """Whether the proxy is late or never said anything."""
    (found,) = _read({**SYNCED, **acked})
    assert found.waiting == ("route",)
    assert not found.is_synced


def test_newer_answers_tell_types_by_url_and_errors() -> None:
    """The same type in both forms counts once; a refusal is no acknowledgement."""
    url = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
    late = {"sent": "n3", "acked": "n2"}
    (found,) = _read({**SYNCED, "route_sent": "n3", "resources": {url: late}})
    assert found.waiting == ("route",)
    refused = {"sent": "n3", "acked": "n3", "lastError": "no such cluster"}
    (found,) = _read({**SYNCED, "resources": {url: refused}})
    assert (found.error, found.is_synced) == ("no such cluster", False)


@pytest.mark.parametrize("text", [b"not json", b'{"proxy": "a"}', b"[1]"])
def test_an_answer_of_something_else_is_none(text: bytes) -> None:
    """Nobody takes it for an istiod without proxies."""
    with pytest.raises(TransientError):
        proxies(text)
