"""Where a thing came from: which object, in which file, at which line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class ObjectKey:
    """Identity of a configuration object: API group, kind, namespace and name.

    The version is no part of it: two served versions of one kind name the same object.
    `namespace` is empty for cluster-scoped kinds.
    """

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Render as `Kind namespace/name`, the form that messages use."""
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {name}"


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in a file of a repository. Line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Render as `file:line:column`."""
        return f"{self.file}:{self.line}:{self.column}"
