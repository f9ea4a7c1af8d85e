"""Whether proxies follow where istiod serves them: its own sync status, of each of its replicas."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.origins import ObjectKey
from libs.observed.istiodsync import ProxySync, proxies
from libs.planning.joining import ACCOUNT, NAMESPACE, token_request
from libs.ports.clock import Clock
from libs.ports.kubecluster import Create, KubeCluster, Selection

AUDIENCE = "istio-ca"
TOKEN_S = 600
"""The shortest life that Kubernetes gives to a token."""
SETTLE_S = 2.0
"""So long everything has to be acknowledged. istiod waits for a tenth of a second without further
changes before it pushes, and says nothing about what it has not pushed yet."""
SHOWN = 3

SyncStatus = Callable[[str, str], bytes]
"""Asks the istiod at an IP address with a token."""


@dataclass(slots=True)
class IstiodSync:
    """The proxies of one cluster as its istiods see them, from the first look on."""

    cluster: KubeCluster
    clock: Clock
    ask: SyncStatus
    _token: str = ""
    _synced_since_s: float | None = None

    def behind(self) -> str:
        """Return why proxies are not live; empty when all are, and have been for a while."""
        try:
            found = list(self._proxies())
        except (StalledError, TransientError, WaitingError) as error:
            self._synced_since_s = None
            return f"nobody knows whether proxies follow: {error.reason}"
        late = [one for one in found if not one.is_synced]
        if late:
            self._synced_since_s = None
            return _told(late)
        now_s = self.clock.monotonic_s()
        if self._synced_since_s is None:
            self._synced_since_s = now_s
        if now_s - self._synced_since_s < SETTLE_S:
            return "istiod may not have begun to push yet"
        return ""

    def _proxies(self) -> Iterator[ProxySync]:
        """Yield the proxies of all replicas. Raises the loop errors."""
        pods = Selection("", "Pod", NAMESPACE, "app=istiod")
        statuses = [one.body.get("status") or {} for one in self.cluster.list_objects(pods).objects]
        addresses = [one["podIP"] for one in statuses if one.get("podIP")]
        if not addresses:
            raise TransientError(f"no Pod in {NAMESPACE} with the label app=istiod has an address")
        for address in addresses:
            yield from proxies(self.ask(address, self._our_token()))

    def _our_token(self) -> str:
        if not self._token:
            parent = ObjectKey("", "ServiceAccount", NAMESPACE, ACCOUNT)
            request = Create(token_request(TOKEN_S, AUDIENCE), parent, "token")
            self._token = self.cluster.write([request])[0].object().body["status"]["token"]
        return self._token


def _told(late: list[ProxySync]) -> str:
    parts = []
    for one in late[:SHOWN]:
        types = ", ".join(one.waiting)
        parts.append(f"{one.proxy} ({f'refused: {one.error}' if one.error else types})")
    more = f" and {len(late) - SHOWN} more" if len(late) > SHOWN else ""
    shown = ", ".join(parts) + more
    return f"{len(late)} proxies have not taken what istiod sent: {shown}"
