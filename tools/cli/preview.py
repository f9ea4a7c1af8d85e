"""`periplus preview`: what a checked-out change would do to requests, without any server."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from libs.adapters.git.local import LocalRepository, open_local
from libs.kernel.ids import CommitId
from libs.kernel.looperrors import StalledError, TransientError
from libs.kernel.messages import errors
from libs.routediff.comment import About, Found, Room, comment, title
from libs.routediff.readable import text
from services.previewer.judging import CONFLICTS, judge
from services.previewer.reading import Limits, read_side
from tools.cli.errors import UnusableError
from tools.cli.output import write_json, write_lines
from tools.cli.workflowcommands import workflow_commands

_LIMITS: Final = Limits(blob_bytes_max=1_048_576, tree_bytes_max=268_435_456)
_ROOM: Final = Room(chars_max=65_000, folds=True)
_BASES: Final[Mapping[str, str]] = {
    "GITHUB_BASE_REF": "origin/{}",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "origin/{}",
    "BITBUCKET_PR_DESTINATION_BRANCH": "origin/{}",
    "CHANGE_TARGET": "origin/{}",
}
"""Where jobs of GitHub and Gitea, GitLab, Bitbucket and Jenkins say what a change is against."""

_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""The file that GitHub and Gitea show as the summary of a job."""


class PreviewFormat(StrEnum):
    """What `-o` may be."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class _Compared:
    base: CommitId
    head: CommitId
    found: Found


def preview(
    path: str = ".",
    /,
    *,
    base: str = "",
    head: str = "HEAD",
    ci: bool = False,
    output: Annotated[PreviewFormat, Parameter(name=["--output", "-o"])] = PreviewFormat.TEXT,
) -> int:
    """Say what merging a change would do to requests, and what checking says of it alone.

    Exit status 1 when a set of the change would be refused, or nothing could be compared.

    Parameters
    ----------
    path
        A folder of the repository.
    base
        What the change would be merged into; in a job of a pull request that is known.
    head
        The change.
    ci
        This is a job of a pull request: findings stand at their lines, the whole in its summary.
    output
        text, json or markdown.
    """
    try:
        compared = _compared(open_local(Path(path)), base or _base(os.environ), head)
    except (StalledError, TransientError) as error:
        raise UnusableError(error.reason) from error
    _write(compared, output)
    if ci:
        _tell_job(compared, os.environ)
    found = compared.found
    return 1 if found.content is None or errors(found.messages) else 0


def _base(environment: Mapping[str, str]) -> str:
    """Return what a job's change is against."""
    for name, form in _BASES.items():
        if environment.get(name):
            return form.format(environment[name])
    raise UnusableError("nothing says what the change is against; name it with --base")


def _compared(repository: LocalRepository, base: str, head: str) -> _Compared:
    """Compare the base with a merge of both, whatever the base has got meanwhile."""
    old, new = repository.resolve(base), repository.resolve(head)
    merged = repository.objects.merged(old, new)
    if merged is None:
        return _Compared(old, new, Found(None, reason=CONFLICTS))
    before = read_side(repository.objects, repository.objects.entries(old), _LIMITS)
    return _Compared(old, new, judge(before, read_side(repository.objects, merged, _LIMITS)))


def _write(compared: _Compared, output: PreviewFormat) -> None:
    found = compared.found
    if output is PreviewFormat.JSON:
        messages = [str(one) for one in found.messages]
        write_json({"title": title(found), "messages": messages, "difference": found.content})
    elif output is PreviewFormat.MARKDOWN:
        write_lines(_markdown(compared))
    else:
        write_lines(*_lines(found))


def _lines(found: Found) -> list[str]:
    messages = [str(one) for one in found.messages]
    if found.content is None:
        return [title(found), *messages]
    return [*messages, *text(found.content)]


def _markdown(compared: _Compared) -> str:
    return comment((), compared.found, About(compared.base, compared.head), _ROOM).strip()


def _tell_job(compared: _Compared, environment: Mapping[str, str]) -> None:
    """Show findings at their lines and everything in the summary, where the job has those."""
    if environment.get("GITHUB_ACTIONS"):
        write_lines(*workflow_commands(compared.found.messages))
    summary = environment.get(_SUMMARY)
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(_markdown(compared) + "\n")
