"""Stage `target`: clusters move to the newest revision, and clusters that left are forgotten.

Where the fleet has a strategy, or had one at a revision that still runs, this is for rollouts.
"""

from collections.abc import Iterable

from libs.kernel.ids import RevisionId
from libs.kernel.revisions import Revision, Target
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
    clusters = source.trees.get(source.store, newest.fleet).clusters
    if not clusters or _is_left_to_rollouts(work, newest, current.values()):
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


def _is_left_to_rollouts(work: Pass, newest: Revision, current: Iterable[Target]) -> bool:
    """Say whether somebody else moves the targets; a commit that lifts the rules goes by them."""
    store = work.source.store
    rollout = store.rollout()
    if rollout is not None and not rollout.is_over:
        return True
    running: set[RevisionId] = {one.revision for one in current} - {newest.id}
    found = [newest, *(one for name in sorted(running) if (one := store.revision(name)))]
    trees = work.source.trees
    return any(
        trees.has_strategy(store, tree)
        for one in found
        for tree in (one.fleet, *(part.tree for part in one.sets))
    )
