"""Checks of whole clusters."""

from hypothesis import given

from libs.desired.select import objects_for
from libs.kernel.ids import ClusterName
from libs.lint.clusterview import ClusterView
from libs.lint.engine import Lint
from libs.lint.subject import Subject
from libs.lint.tests.edits import EDITS, read, states
from libs.meshapi.service import Service


@given(EDITS)
def test_checks_of_whole_clusters_are_repeated_when_they_have_to(
    changes: list[tuple[str, list[str], str]],
) -> None:
    """A check that asks for a kind is asked again after a change of that kind in its cluster."""
    asked: list[tuple[ClusterName, tuple[Subject[Service], ...]]] = []

    def look(view: ClusterView) -> tuple[()]:
        asked.append((view.name, tuple(view.of(Service))))
        return ()

    kept = Lint([look])
    known: dict[ClusterName, tuple[Subject[Service], ...]] = {}
    for files in states(changes):
        view, contents = read(files)
        asked.clear()
        kept.findings(view, contents)
        known.update(asked)
        for name in view.clusters:
            wanted = {id(one.item) for one in objects_for(name, view, contents)}
            services = [
                one
                for some in contents.values()
                for one in some
                if isinstance(one.object, Service) and id(one) in wanted
            ]
            assert {id(one.parsed) for one in known[name]} == {id(one) for one in services}
