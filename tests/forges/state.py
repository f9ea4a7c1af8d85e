"""What a forge keeps of one repository, whatever its interface is."""

from dataclasses import dataclass, field, replace

from libs.fakes.forge import LOGIN
from libs.kernel.ids import CommitId

REPOSITORY = "fleet/configs"
TOKEN = "a-token-of-the-tests"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request as it is opened in a test."""

    number: int
    head: CommitId
    title: str = "Move readers"
    author: str = "ann"
    branch: str = "readers"
    base: str = "main"
    fork: bool = False
    is_open: bool = True


@dataclass(slots=True)
class Written:
    """A comment: its number, who wrote it, its text."""

    id: int
    login: str
    body: str


@dataclass(slots=True)
class State:
    """Everything that a server of the tests remembers.

    `refusal` is answered to everything while it is set: a status and headers.
    """

    proposals: dict[int, Proposal] = field(default_factory=dict)
    comments: dict[int, list[Written]] = field(default_factory=dict)
    conclusions: dict[tuple[str, str], str] = field(default_factory=dict)
    remarks: dict[str, int] = field(default_factory=dict)
    refusal: tuple[int, dict[str, str]] | None = None
    last_id: int = 0

    def open_ones(self) -> list[Proposal]:
        """Return the open pull requests, the newest first, as forges do."""
        found = [one for one in self.proposals.values() if one.is_open]
        return sorted(found, key=lambda one: -one.number)

    def close(self, number: int) -> None:
        """Close a pull request."""
        self.proposals[number] = replace(self.proposals[number], is_open=False)

    def write(self, number: int, body: str, login: str = LOGIN) -> Written:
        """Add a comment."""
        self.last_id += 1
        written = Written(self.last_id, login, body)
        self.comments.setdefault(number, []).append(written)
        return written

    def edit(self, id_: int, body: str) -> Written | None:
        """Give a comment another text; None when there is none."""
        for written in (one for some in self.comments.values() for one in some):
            if written.id == id_:
                written.body = body
                return written
        return None
