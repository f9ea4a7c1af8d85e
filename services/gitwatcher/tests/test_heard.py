"""What counts of what the lint says."""

from datetime import UTC, datetime

from libs.kernel.ids import CommitId
from libs.lint.check import linter
from libs.lint.tests.states import cluster, fleet, state
from services.gitwatcher.heard import Heard
from services.gitwatcher.work import Tree

ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, annotations: {periplus.io/ignore: 'IST0101 until 2030-06-15: tomorrow'}}
spec: {hosts: [web], http: [{route: [{destination: {host: wbe}}]}]}
"""


def heard(day: str) -> tuple[list[str], list[str]]:
    """Return the codes that count on a day, and those that people are told of."""
    read = state({"fleet.yaml": fleet("shop"), **cluster(), "configs/shop/web.yaml": ROUTE})
    judge = Heard(linter(), datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    contents = {name: one.objects for name, one in read.contents.items()}
    found = [one.message for one in judge.findings(read.view, contents)]
    trees = {
        name: Tree(one.tree, CommitId("0" * 40), one.objects) for name, one in read.contents.items()
    }
    told = judge.warnings(read.view, trees, found)
    return [one.code for one in found], [one.code for one in told]


def test_an_ignored_error_refuses_nothing_until_its_day_is_over() -> None:
    """The clock decides, and says so afterwards."""
    assert heard("2030-06-15T23:59:59") == ([], [])
    assert heard("2030-06-16T00:00:00") == (["IST0101"], ["IST0101", "PER0330"])
