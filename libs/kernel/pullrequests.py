"""A proposed change at a forge, and what is said of it there."""

from dataclasses import dataclass
from enum import StrEnum

from libs.kernel.ids import CommitId
from libs.kernel.messages import Level


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull or merge request. `head_ref` is where its commits are found in the same repository.

    `head_ref` is None where the forge shows them in no ref of that repository. `foreign` says that
    they come from a fork: whoever wrote them may not be trusted with anything.
    """

    number: int
    title: str
    author: str
    head: CommitId
    head_ref: str | None
    base_ref: str
    foreign: bool


class Conclusion(StrEnum):
    """What a check says of a commit, in the words that all forges share."""

    PENDING = "pending"
    SUCCESS = "success"
    NEUTRAL = "neutral"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark about a line of a file; lines count from 1."""

    file: str
    line: int
    level: Level
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """The check of a commit: a title of one line, a page with more, remarks about lines.

    `page` is empty where there is none.
    """

    name: str
    conclusion: Conclusion
    title: str
    page: str = ""
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of ours under a pull request, as the forge holds it."""

    id: str
    body: str
