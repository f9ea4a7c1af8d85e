"""What checking finds with the facts of clusters, beside what it finds in the configuration alone.

No commit is refused for facts: what is wrong by them alone is a warning, and what is wrong without
them stays an error. Nothing is said of the objects of facts themselves, which nobody wrote.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from libs.desired.facts import ClusterFacts, FactsFiles
from libs.desired.finding import Finding
from libs.desired.layout import cluster_of_facts
from libs.kernel.ids import ClusterName
from libs.kernel.messages import Level, Message


def usable(
    files: FactsFiles, clusters: Iterable[ClusterName]
) -> Mapping[ClusterName, ClusterFacts]:
    """Return the facts of some clusters, as far as there are any that can be trusted."""
    readings = ((name, files.of(name)) for name in clusters)
    return {name: one.facts for name, one in readings if one is not None and one.facts is not None}


def together(plain: Sequence[Finding], seen: Iterable[Finding]) -> tuple[Finding, ...]:
    """Join what was found without facts and with them."""
    wrong = [one for one in plain if one.is_error]
    known = {_about(one.message) for one in wrong}
    rest = (
        replace(one, message=as_warning(one.message)) if one.is_error else one
        for one in seen
        if not (one.is_error and _about(one.message) in known) and not _is_of_facts(one.message)
    )
    return (*wrong, *rest)


def as_warning(message: Message) -> Message:
    """Return a message at a level that refuses nothing."""
    return replace(message, level=Level.WARNING) if message.level is Level.ERROR else message


def _about(message: Message) -> tuple[object, ...]:
    return message.code, message.object, message.origin


def _is_of_facts(message: Message) -> bool:
    return cluster_of_facts(message.origin.file) is not None
