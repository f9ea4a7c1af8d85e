"""The gate of gates: is the revision live on every proxy that carried it?"""

from collections.abc import Iterable

from libs.kernel.ids import RevisionId
from libs.kernel.proxies import ProxyRecord, SyncStatus
from libs.kernel.rollouts import Verdict
from libs.meshapi.rollout import LiveGate
from libs.rollout.sight import Measurement


def live(gate: LiveGate, revision: RevisionId, proxies: Iterable[ProxyRecord]) -> Measurement:
    """Judge the proxies of the clusters that moved.

    A proxy that holds nothing that changed proves nothing: where too few carried the change, the
    answer is Inconclusive, however many are connected.
    """
    connected = [one for one in proxies if one.status is not SyncStatus.GONE]
    for one in connected:
        if one.status is SyncStatus.REFUSED and one.about == revision:
            return Measurement(
                Verdict.FAILED, f"{one.id} refused: {one.error or 'no reason given'}"
            )
    behind = [one for one in connected if one.live_revision != revision]
    if behind:
        text = (
            f"{len(behind)} of {len(connected)} proxies are not live on it, such as {behind[0].id}"
        )
        return Measurement(Verdict.INCONCLUSIVE, text)
    carried = sum(one.carried for one in connected)
    text = f"{carried} of {len(connected)} proxies carried the change"
    enough = carried >= gate.min_carried
    return Measurement(Verdict.SUCCESSFUL if enough else Verdict.INCONCLUSIVE, text)
