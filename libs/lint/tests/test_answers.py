"""Answers, and what is noted of the questions."""

from libs.lint.answers import Answers
from libs.lint.clusterview import ClusterView, cluster_view
from libs.lint.hostservices import SERVICE_HOSTS
from libs.lint.index import COMPLETE, HasKey, KeysOf
from libs.lint.tests.edits import FLEETS, OBJECTS, read

HOST = "web.shop.svc.cluster.local"


def looked(fleet: str = "first") -> ClusterView:
    """Return cluster west with one service."""
    view, contents = read({**FLEETS[fleet], "configs/all/a.yaml": OBJECTS[0]})
    return cluster_view(next(name for name in view.clusters if name == "west"), view, contents)


def test_every_question_is_noted_with_its_answer() -> None:
    """Those that found nothing as well: they have another answer once something is there."""
    answers = looked().answers
    (one,) = answers.find(SERVICE_HOSTS, HOST)
    answers.find(SERVICE_HOSTS, "other")
    answers.keys(SERVICE_HOSTS)
    answers.has(SERVICE_HOSTS, HOST)
    answers.has(SERVICE_HOSTS, "other")
    answers.is_so(COMPLETE)
    assert answers.reads == {
        (SERVICE_HOSTS, HOST): (one,),
        (SERVICE_HOSTS, "other"): (),
        (KeysOf(SERVICE_HOSTS), None): frozenset({HOST}),
        (HasKey(SERVICE_HOSTS), HOST): True,
        (HasKey(SERVICE_HOSTS), "other"): False,
        (COMPLETE, None): True,
    }
    assert {fact: answers.answer(fact) for fact in answers.reads} == answers.reads


def test_what_is_derived_is_made_once_and_depends_on_the_same_for_everybody() -> None:
    """The second who asks is told from memory, and the questions behind it are noted for it."""
    answers, made = looked().answers, []

    def derived(cluster: Answers, host: str) -> int:
        made.append(host)
        return len(cluster.find(SERVICE_HOSTS, host))

    assert answers.derive(derived, HOST) == 1
    before, answers.reads = answers.reads, {}
    assert answers.derive(derived, HOST) == 1
    assert made == [HOST]
    assert answers.reads == before == {(SERVICE_HOSTS, HOST): answers.find(SERVICE_HOSTS, HOST)}


def test_a_cluster_with_an_api_server_may_have_more() -> None:
    """What its repository does not say is no error there."""
    assert looked().absence().value == "error"
    assert looked("another connection").absence().value == "warning"
