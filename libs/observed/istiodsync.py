"""How far proxies of an istiod have followed, as `/debug/syncz` tells it.

For every proxy and type of resource there is what was sent last and what was acknowledged last, as
nonces that mean something only to istiod. Types are fields such as `route_sent` and `route_acked`;
newer ones also stand in `resources` by their URL, with the last error.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from libs.kernel.looperrors import TransientError

_SENT, _ACKED = "_sent", "_acked"


@dataclass(frozen=True, slots=True)
class ProxySync:
    """One proxy: the types that it has not acknowledged, and what it refused last, if anything."""

    proxy: str
    waiting: tuple[str, ...]
    error: str = ""

    @property
    def is_synced(self) -> bool:
        """Whether it acknowledged everything that was sent to it."""
        return not self.waiting and not self.error


def proxies(answer: bytes) -> tuple[ProxySync, ...]:
    """Return what an istiod says. Raises TransientError for what is no such answer."""
    try:
        found = orjson.loads(answer)
    except orjson.JSONDecodeError as error:
        raise TransientError("istiod's sync status is no JSON") from error
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise TransientError("istiod's sync status is no list of proxies")
    return tuple(_proxy(one) for one in found)


def _proxy(entry: Mapping[str, Any]) -> ProxySync:
    resources = entry.get("resources") or {}
    waiting = {*_unacknowledged(entry), *_unacknowledged_resources(resources)}
    errors = [str(one["lastError"]) for one in resources.values() if one.get("lastError")]
    return ProxySync(str(entry.get("proxy", "")), tuple(sorted(waiting)), "; ".join(errors))


def _unacknowledged(entry: Mapping[str, Any]) -> Iterator[str]:
    for name, sent in entry.items():
        kind = name.removesuffix(_SENT)
        if name.endswith(_SENT) and sent and sent != entry.get(kind + _ACKED):
            yield kind


def _unacknowledged_resources(resources: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for url, one in resources.items():
        if one.get("sent") and one["sent"] != one.get("acked"):
            kind = url.rpartition(".")[2]
            yield _SHORT.get(kind, kind)


_SHORT = {
    "Cluster": "cluster",
    "ClusterLoadAssignment": "endpoint",
    "Listener": "listener",
    "RouteConfiguration": "route",
    "TypedExtensionConfig": "extensionconfig",
}
"""Names of types in the fields, by the last part of their URLs."""
