"""What is said of two sides."""

import pytest

from libs.desired.directory import contents_from_files
from libs.desired.facts import facts_in
from libs.kernel.pullrequests import Conclusion
from libs.routediff.side import Side
from services.previewer.judging import check_of, judge
from services.previewer.reading import Reading
from services.previewer.tests.places import files

_TWICE = """apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: twice, namespace: default}
spec: {host: nobody}
"""


def _reading(subset: str = "v1", **more: str) -> Reading:
    return _read(files(subset, **more))


def _read(tree: dict[str, bytes]) -> Reading:
    found = contents_from_files(tree)
    side = Side(found.view, found.contents, facts_in(tree)) if found.view else None
    return Reading(side, found.messages)


@pytest.mark.parametrize(
    ("new", "conclusion", "title"),
    [
        (_reading("v2"), Conclusion.SUCCESS, "1 routing change: 1 moved."),
        (_reading(), Conclusion.SUCCESS, "0 routing changes: text only."),
        (_reading("v9"), Conclusion.FAILURE, "Refused: 1 error. 1 routing change"),
        (_reading(broken="a: ["), Conclusion.FAILURE, "Refused: 1 error. Not compared"),
        (_reading(other=_TWICE), Conclusion.NEUTRAL, "0 routing changes"),
    ],
)
def test_a_check_is_as_bad_as_what_is_new(new: Reading, conclusion: Conclusion, title: str) -> None:
    """Errors refuse, warnings and risks are for people, everything else is fine."""
    check = check_of(judge(_reading(), new), "https://periplus.example/1")
    assert check.conclusion is conclusion
    assert check.title.startswith(title)
    assert check.page == "https://periplus.example/1"


def test_remarks_stand_at_their_lines() -> None:
    """With the code and the object."""
    (remark,) = check_of(judge(_reading(), _reading("v9")), "").annotations
    assert (remark.file, remark.line) == ("configs/rules.yaml", 6)
    assert "VirtualService default/reviews" in remark.title


def test_what_was_wrong_before_is_not_said_again() -> None:
    """A change is not to blame for its base."""
    found = judge(_reading("v9"), _reading("v9", note="# a remark"))
    assert found.messages == ()


_REMOTE = {
    "clusters/east/cluster.yaml": b"""apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: east, labels: {env: prod}}
spec: {connection: {context: east}}
"""
}


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        (b"", "0 routing changes found; 1 not decided."),
        (b"kind: [", "0 routing changes found; 1 not decided."),
        (b"{apiVersion: v1, kind: Namespace, metadata: {name: default}}", "1 routing change: 1 m"),
    ],
    ids=["none", "broken", "some"],
)
def test_nobody_is_refused_for_facts(facts: bytes, title: str) -> None:
    """Without them a cluster that has an API server is unknown, which is no fault of the change."""
    seen = {"clusters/east/facts.yaml": facts} if facts else {}
    old, new = (_read(files(subset) | _REMOTE | seen) for subset in ("v1", "v2"))
    found = judge(old, new)
    assert check_of(found, "").title.startswith(title)
    assert check_of(found, "").conclusion is not Conclusion.FAILURE
