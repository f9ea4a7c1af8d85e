"""What `Forge` promises, asked of every forge's client before a server, and of memory."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pytest

from libs.adapters.forges.account import Account
from libs.adapters.forges.bitbucket import Bitbucket
from libs.adapters.forges.gitea import Gitea
from libs.adapters.forges.github import GitHub
from libs.adapters.forges.gitlab import GitLab
from libs.fakes.clock import EPOCH_S, FakeClock
from libs.fakes.forge import LOGIN, FakeForge
from libs.kernel.ids import CommitId
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.messages import Level
from libs.kernel.pullrequests import Annotation, Check, Conclusion, PullRequest
from libs.ports.clock import Clock
from libs.ports.forge import Forge
from tests.forges.bitbucket import BITBUCKET
from tests.forges.gitea import GITEA
from tests.forges.github import GITHUB
from tests.forges.gitlab import GITLAB
from tests.forges.server import ForgeServer, Interface
from tests.forges.state import REPOSITORY, TOKEN, Proposal

_Make = Callable[[Account, Clock], Forge]
HTTP: Final[Mapping[str, tuple[_Make, Interface]]] = {
    "github": (GitHub, GITHUB),
    "gitlab": (GitLab, GITLAB),
    "gitea": (Gitea, GITEA),
    "bitbucket": (Bitbucket, BITBUCKET),
}
_COMMIT = CommitId("a" * 40)
_MARKER = "[//]: # (periplus configs)"


@dataclass(frozen=True, slots=True)
class Place:
    """A forge, and the server behind it where there is one."""

    forge: Forge
    server: ForgeServer | None

    def open(self, one: Proposal) -> None:
        """Open a pull request."""
        if self.server is not None:
            self.server.state.proposals[one.number] = one
        elif isinstance(self.forge, FakeForge):
            ref = f"refs/pull/{one.number}/head"
            base = f"refs/heads/{one.base}"
            request = PullRequest(one.number, one.title, one.author, one.head, ref, base, one.fork)
            self.forge.requests[one.number] = request

    def write(self, login: str, number: int, body: str) -> None:
        """Let somebody write a comment."""
        if self.server is not None:
            self.server.state.write(number, body, login)
        elif isinstance(self.forge, FakeForge):
            self.forge.written_by(login, number, body)

    def comments(self, number: int) -> list[tuple[str, str]]:
        """Return who wrote which comment."""
        if self.server is not None:
            return [(one.login, one.body) for one in self.server.state.comments.get(number, [])]
        assert isinstance(self.forge, FakeForge)
        return [(by, one.body) for by, one in self.forge.comments.get(number, [])]

    def checks(self) -> int:
        """Return how many checks there are, of all commits."""
        if self.server is not None:
            return len(self.server.state.conclusions)
        assert isinstance(self.forge, FakeForge)
        return len(self.forge.checks)


@pytest.fixture(params=["fake", *HTTP])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A forge of each kind."""
    if request.param == "fake":
        yield Place(FakeForge(), None)
        return
    make, interface = HTTP[request.param]
    server = ForgeServer(interface)
    yield Place(make(_account(server), FakeClock()), server)
    server.close()


def _account(server: ForgeServer, *, token: str = TOKEN, checks: bool = False) -> Account:
    return Account(server.url, REPOSITORY, LOGIN, token, checks)


def test_open_requests_come_by_number(place: Place) -> None:
    """All pages of them, with head, base and whether they are from a fork."""
    for number in range(1, 122):
        place.open(Proposal(number, _COMMIT, fork=number == 2))
    found = place.forge.open_requests()
    assert [one.number for one in found] == list(range(1, 122))
    assert [one.foreign for one in found[:3]] == [False, True, False]
    assert (found[0].head, found[0].base_ref) == (_COMMIT, "refs/heads/main")
    assert (found[0].title, found[0].author) == ("Move readers", "ann")


def test_our_comment_is_found_again_and_edited_in_place(place: Place) -> None:
    """However many others write, there is one of ours."""
    assert place.forge.comment(1, _MARKER) is None
    place.forge.put_comment(1, f"{_MARKER}\n\nfirst", None)
    for number in range(120):
        place.write("ann", 1, f"words {number}")
    former = place.forge.comment(1, _MARKER)
    assert former is not None
    place.forge.put_comment(1, f"{_MARKER}\n\nsecond", former)
    ours = [body for by, body in place.comments(1) if by == LOGIN]
    assert ours == [f"{_MARKER}\n\nsecond"]


def test_a_comment_of_another_with_our_marker_is_not_ours(place: Place) -> None:
    """Nobody can make us edit their words."""
    place.write("mallory", 1, f"{_MARKER}\n\nhers")
    assert place.forge.comment(1, _MARKER) is None


def test_a_check_of_the_same_name_is_replaced(place: Place) -> None:
    """Pending first, then what was found; other commits keep theirs."""
    place.forge.put_check(_COMMIT, Check("periplus", Conclusion.PENDING, "reading"))
    place.forge.put_check(_COMMIT, Check("periplus", Conclusion.FAILURE, "1 error"))
    assert place.checks() == 1
    place.forge.put_check(CommitId("b" * 40), Check("periplus", Conclusion.SUCCESS, "fine"))
    assert place.checks() == 2


@pytest.mark.parametrize("name", HTTP)
@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        (429, {}, WaitingError),
        (429, {"retry-after": "7"}, WaitingError),
        (403, {"retry-after": "7"}, WaitingError),
        (
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(EPOCH_S) + 7)},
            WaitingError,
        ),
        (403, {}, StalledError),
        (404, {}, StalledError),
        (301, {"location": "http://127.0.0.1:1/"}, StalledError),
        (422, {}, StalledError),
        (502, {}, TransientError),
    ],
)
def test_a_refusal_is_one_of_the_three_errors(
    name: str, status: int, headers: dict[str, str], error: type[Exception]
) -> None:
    """Patience, a person, or another try; a stated time is kept, and no token is repeated."""
    make, interface = HTTP[name]
    server = ForgeServer(interface)
    server.state.refusal = status, headers
    try:
        with pytest.raises(error) as caught:
            make(_account(server), FakeClock()).open_requests()
    finally:
        server.close()
    assert TOKEN not in str(caught.value)
    if isinstance(caught.value, WaitingError) and headers:
        assert caught.value.retry_after_s == pytest.approx(7, abs=1)


@pytest.mark.parametrize("name", HTTP)
def test_a_wrong_token_needs_a_person(name: str) -> None:
    """The sentence says what to look at, and not the token."""
    make, interface = HTTP[name]
    server = ForgeServer(interface)
    try:
        with pytest.raises(StalledError, match="check the token") as caught:
            make(_account(server, token="wrong"), FakeClock()).open_requests()
    finally:
        server.close()
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize(("name", "checks"), [("github", True), ("bitbucket", False)])
def test_every_remark_about_a_line_arrives(name: str, *, checks: bool) -> None:
    """In portions that the forge takes."""
    make, interface = HTTP[name]
    server = ForgeServer(interface)
    remarks = tuple(
        Annotation("a.yaml", line, Level.ERROR, "PER0101", "wrong") for line in range(1, 132)
    )
    try:
        forge = make(_account(server, checks=checks), FakeClock())
        forge.put_check(_COMMIT, Check("periplus", Conclusion.FAILURE, "131 errors", "", remarks))
    finally:
        server.close()
    assert server.state.remarks[_COMMIT] == 131
