"""Stage `target`: clusters move to the newest revision, and clusters that left are forgotten."""

from libs.kernel.ids import ClusterName
from libs.kernel.revisions import Revision
from libs.meshapi.fleet import GROUP
from libs.ports.store import Store
from libs.rollout.targets import departed, next_targets
from libs.telemetry import tracing
from libs.telemetry.logs import get_logger
from services.gitwatcher import steps
from services.gitwatcher.work import Pass


def target(work: Pass) -> Pass:
    """Move every target that is not at the newest revision.

    It looks at the Store alone, so that a move that was interrupted by a kill is made up for also
    while the remote is away.
    """
    newest, source = work.newest, work.source
    if newest is None:
        return work
    current = source.store.targets()
    clusters = _clusters(source.store, newest)
    if not clusters:
        # Never on doubt: a fleet without clusters is more likely a fault than a wish.
        return work
    moves = next_targets(newest, clusters, current)
    left = departed(clusters, current)
    if not moves and not left:
        return work
    with tracing.span("target", work.trace or newest.trace):
        if moves:
            source.store.move_targets(moves)
        if left:
            source.store.remove_targets(left)
            get_logger().warning("clusters left the fleet", clusters=sorted(left))
        source.steps.reached(steps.TARGET_MOVED)
    return work


def _clusters(store: Store, revision: Revision) -> tuple[ClusterName, ...]:
    """Names of the clusters of a revision's fleet, from what is stored."""
    manifest = store.manifest(revision.fleet)
    keys = (entry.key for entry in manifest.entries) if manifest else ()
    return tuple(
        sorted(ClusterName(key.name) for key in keys if (key.group, key.kind) == (GROUP, "Cluster"))
    )
