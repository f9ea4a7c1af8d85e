"""One suite for all forges: what happens to a pull request, and what is said under it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from libs.kernel.ids import CommitId
from services.previewer.onepass import one_pass
from services.previewer.tests.places import FORGES, MAIN, Place, files, place_at, shop_of

_MOVES = "reviews.default.svc.cluster.local:9080: all requests move from v1 to v2"
_OWN = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: own, namespace: other}
spec: {hosts: [own.example], http: [{directResponse: {status: 418}}]}
"""
_REMOTE = b"""apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: east}
spec: {connection: {context: east}}
"""


@pytest.fixture(params=FORGES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A forge of each kind."""
    found = place_at(request.param, tmp_path)
    yield found
    found.server.close()


@pytest.fixture
def base(place: Place) -> CommitId:
    """The commit that is live."""
    return place.remote.commit(files())


def test_an_opened_request_gets_one_comment_and_one_check(place: Place, base: CommitId) -> None:
    """The sentence says which requests move; a second look writes nothing."""
    head = place.propose(files("v2"), base)
    assert one_pass(place.shop) is None
    (comment,) = place.comments
    assert "**1 routing change: 1 moved.**" in comment
    assert f"{_MOVES}; all others unchanged" in comment
    assert [commit for commit, _ in place.server.state.conclusions] == [head]
    writes = place.writes
    assert one_pass(place.shop) is None
    assert place.writes == writes


def test_new_commits_change_the_same_comment(place: Place, base: CommitId) -> None:
    """So do commits that replace those that were there."""
    first = place.propose(files("v2"), base)
    one_pass(place.shop)
    second = place.propose(files("v1", note="# a remark"), first)
    one_pass(place.shop)
    (comment,) = place.comments
    assert "0 routing changes: text only" in comment
    assert second[:12] in comment
    forced = place.propose(files("v2", other="# another"), base)
    one_pass(place.shop)
    (comment,) = place.comments
    assert _MOVES in comment
    assert forced[:12] in comment


def test_a_base_that_moves_is_compared_anew(place: Place, base: CommitId) -> None:
    """What another request did meanwhile is no change of this one."""
    place.propose(files("v2"), base)
    one_pass(place.shop)
    moved = place.remote.commit(files("v1", note="# a remark"), parent=base, ref=MAIN)
    one_pass(place.shop)
    (comment,) = place.comments
    assert moved[:12] in comment
    assert _MOVES in comment
    place.remote.commit(files("v2"), parent=moved, ref=MAIN)
    one_pass(place.shop)
    (comment,) = place.comments
    assert "0 routing changes: text only" in comment


def test_facts_that_reach_the_base_are_compared_anew(tmp_path: Path) -> None:
    """A cluster was unknown, and then somebody looked at it."""
    place = place_at("gitea", tmp_path)
    remote = {"clusters/east/cluster.yaml": _REMOTE}
    base = place.remote.commit(files() | remote)
    place.propose(files("v2") | remote, base)
    one_pass(place.shop)
    (comment,) = place.comments
    assert "unknown: what runs there is in its API server" in comment
    assert _MOVES not in comment
    facts = {"clusters/east/facts.yaml": b"{apiVersion: v1, kind: Namespace, metadata: {name: a}}"}
    place.remote.commit(files() | remote | facts, parent=base, ref=MAIN)
    one_pass(place.shop)
    (comment,) = place.comments
    place.server.close()
    assert _MOVES in comment
    assert "unknown" not in comment


def test_conflicts_with_the_base_are_said(place: Place, base: CommitId) -> None:
    """Nothing is compared until somebody has resolved them."""
    place.propose(files("v2"), base)
    place.remote.commit(files("v3"), parent=base, ref=MAIN)
    one_pass(place.shop)
    (comment,) = place.comments
    assert "Not compared: it conflicts with its base" in comment


def test_a_closed_request_is_left_alone(place: Place, base: CommitId) -> None:
    """Its comment stays as it is, whatever its base does."""
    place.propose(files("v2"), base)
    one_pass(place.shop)
    place.server.state.close(1)
    place.remote.commit(files("v2"), parent=base, ref=MAIN)
    writes = place.writes
    one_pass(place.shop)
    assert place.writes == writes
    assert place.shop.done == {}


def test_a_fork_may_not_say_who_may_do_what(place: Place, base: CommitId) -> None:
    """Its fleet is that of the base; where its commits cannot be had, that is no reason to stop."""
    place.propose(files("v2", "default, other", own=_OWN), base, fork=True)
    one_pass(place.shop)
    if place.head_ref.startswith("refs/heads/"):
        assert place.comments == []
        return
    (comment,) = place.comments
    assert "Refused: 1 error." in comment
    assert "configs/own.yaml" in comment
    place.propose(files("v2", "default, other", own=_OWN, note="# a remark"), base)
    one_pass(place.shop)
    assert "Refused" not in place.comments[0]


def test_a_comment_that_somebody_edited_is_written_anew_with_the_next_commits(
    place: Place, base: CommitId
) -> None:
    """As long as it is ours and has its marker; otherwise there is a new one."""
    first = place.propose(files("v2"), base)
    one_pass(place.shop)
    (written,) = place.server.state.comments[1]
    written.body = written.body.replace("moved", "fine")
    place.propose(files("v1", note="# a remark"), first)
    one_pass(place.shop)
    (comment,) = place.comments
    assert "text only" in comment
    written.body = "gone"
    place.propose(files("v2"), base)
    one_pass(place.shop)
    assert len(place.comments) == 2


def test_a_restarted_previewer_repeats_nothing(
    place: Place, base: CommitId, tmp_path: Path
) -> None:
    """The comment itself says which state it is about."""
    place.propose(files("v2"), base)
    one_pass(place.shop)
    writes = place.writes
    one_pass(shop_of(place.shop.forge, place.remote, tmp_path))
    assert place.writes == writes


def test_a_forge_that_asks_for_patience_gets_it(place: Place, base: CommitId) -> None:
    """The next look is when the forge said, and then everything is told."""
    place.propose(files("v2"), base)
    place.server.state.refusal = 429, {"retry-after": "7"}
    assert one_pass(place.shop) == pytest.approx(7)
    place.server.state.refusal = None
    assert one_pass(place.shop) is None
    assert len(place.comments) == 1


def test_files_that_cannot_be_read_are_named(place: Place, base: CommitId) -> None:
    """With file and line, and no word about routes."""
    broken = files("v2") | {"configs/rules.yaml": b"kind: VirtualService\nspec: [\n"}
    place.propose(broken, base)
    one_pass(place.shop)
    (comment,) = place.comments
    assert "Refused: 1 error. Not compared: files cannot be read." in comment
    assert "configs/rules.yaml:" in comment
    assert "routing change" not in comment


# The forge itself shows a title and an author; the product repeats neither.
def test_titles_authors_and_names_do_nothing(place: Place, base: CommitId) -> None:
    """Nothing that people chose becomes markup, a mention or a command."""
    named = files("v2", **{"<img src=x> @everyone `x` [a](b)": "kind: Nothing"})
    place.propose(named, base)
    hostile = replace(
        place.server.state.proposals[1], title="<script>@all", author="](javascript:1)"
    )
    place.server.state.proposals[1] = hostile
    one_pass(place.shop)
    (comment,) = place.comments
    for active in ("<img", "@everyone", "[a](b)", "<script>", "javascript:", "@all"):
        assert active not in comment
