"""A forge as the previewer needs it: pull requests in, one comment and one check each out."""

from collections.abc import Sequence
from typing import Protocol

from libs.kernel.ids import CommitId
from libs.kernel.pullrequests import Check, Comment, PullRequest


class Forge(Protocol):
    """One repository at one forge.

    Every method raises `WaitingError` when the forge asks for patience, `TransientError` when it
    cannot answer now, and `StalledError` when a person has to act: a refused token, no repository.
    """

    @property
    def comment_chars_max(self) -> int:
        """Length of the longest comment that the forge takes, in characters."""
        ...

    @property
    def folds(self) -> bool:
        """Say whether comments may have parts that are folded away."""
        ...

    def open_requests(self) -> Sequence[PullRequest]:
        """All open pull requests, by number."""
        ...

    def comment(self, number: int, marker: str) -> Comment | None:
        """Our comment under a pull request: the oldest of our own that contains `marker`."""
        ...

    def put_comment(self, number: int, body: str, former: Comment | None) -> None:
        """Write a comment, or another text into the `former` one."""
        ...

    def put_check(self, commit: CommitId, check: Check) -> None:
        """Say what was found of a commit; a check of the same name is replaced."""
        ...
