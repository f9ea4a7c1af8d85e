"""What goes wrong with a server in memory when it is told to; the rest is `tests/contract`."""

import pytest

from libs.fakes.clock import FakeClock
from libs.fakes.kubecluster import FakeKubeCluster
from libs.fakes.kubeserver import FakeKubeServer
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError, TransientError
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import Apply, Refusal, Refused, Selection, Unanswered

KEY = ObjectKey("", "ConfigMap", "default", "one")
BODY = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}}


def _cluster() -> FakeKubeCluster:
    return FakeKubeCluster(FakeKubeServer(FakeClock()), ClusterName("c"))


def test_a_lost_reply_is_a_write_that_happened() -> None:
    """The client does not know, the server does."""
    cluster = _cluster()
    cluster.interrupt = lambda write: Unanswered("lost", sent=True) if write else None
    assert cluster.write([Apply(BODY)]) == [Unanswered("lost", sent=True)]
    assert cluster.get(KEY) is not None


def test_an_interrupted_write_did_not_happen() -> None:
    """What was not sent is not there."""
    cluster = _cluster()
    cluster.interrupt = lambda write: Unanswered("cut", sent=False) if write else None
    cluster.write([Apply(BODY)])
    assert cluster.get(KEY) is None
    assert cluster.writes == []


def test_an_interrupted_read_raises() -> None:
    """Nobody takes it for absence."""
    cluster = _cluster()
    cluster.interrupt = lambda write: None if write else Unanswered("cut", sent=False)
    with pytest.raises(TransientError, match="cut"):
        cluster.get(KEY)


def test_what_the_credentials_do_not_allow_is_forbidden() -> None:
    """A write is refused, a read stalls."""
    cluster = _cluster()
    cluster.forbidden = {("patch", "", "ConfigMap"), ("list", "", "ConfigMap")}
    (refused,) = cluster.write([Apply(BODY)])
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.FORBIDDEN
    with pytest.raises(StalledError, match="cannot list ConfigMap"):
        cluster.list_objects(Selection("", "ConfigMap"))


def test_a_group_that_cannot_be_looked_at_is_not_absent() -> None:
    """Asking for one of its kinds raises."""
    cluster = _cluster()
    cluster.server.unseen["metrics.example"] = "503"
    with pytest.raises(TransientError, match="503"):
        cluster.get(ObjectKey("metrics.example", "Usage", "default", "one"))
