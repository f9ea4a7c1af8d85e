"""One finding for all clusters that have it."""

from collections.abc import Sequence
from dataclasses import replace

from libs.desired.finding import Finding
from libs.kernel.ids import ClusterName
from libs.kernel.messages import Message


def fold(one: Finding, names: Sequence[ClusterName], count: int) -> Finding:
    """Say of a finding in which clusters it is; it names them if `count` could have it."""
    where = tuple(sorted(names))
    message = one.message if len(where) == count else _in_some(one, where)
    return replace(one, clusters=where, message=message)


def _in_some(one: Finding, where: Sequence[ClusterName]) -> Message:
    noun = "cluster" if len(where) == 1 else "clusters"
    names = ", ".join(f"`{name}`" for name in where)
    return replace(one.message, text=f"in {noun} {names}, {one.message.text}")
