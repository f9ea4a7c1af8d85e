"""Runs kustomize over a tree of files, as a program that nobody has to trust with anything else."""

from collections.abc import Mapping
from typing import Protocol


class KustomizeError(Exception):
    """The program did not render; the text is one sentence that says why, and what to do."""


class Kustomize(Protocol):
    """A kustomize with limits on its time, its memory and its output, and without a network."""

    @property
    def version(self) -> str:
        """What the program calls its version: another one may render otherwise.

        Raises `KustomizeError` when it does not run here.
        """
        ...

    def build(self, files: Mapping[str, bytes]) -> bytes:
        """Render the directory that holds exactly these files, by their paths from its root.

        Equal files give equal bytes. Raises `KustomizeError`.
        """
        ...
