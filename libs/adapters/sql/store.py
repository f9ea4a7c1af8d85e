"""`Store` over SQLite or PostgreSQL: each method is one transaction around a function beside."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Engine

from libs.adapters.sql.contents import insert_contents, read_objects
from libs.adapters.sql.engine import make_engine, parse_url
from libs.adapters.sql.errors import Place, place_of
from libs.adapters.sql.expiry import drop_old
from libs.adapters.sql.inventory import read_inventory, write_inventory
from libs.adapters.sql.jointokens import insert_token, read_token, spend_token
from libs.adapters.sql.manifests import PageMemo, read_manifest
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.proxies import read_proxies, write_proxies
from libs.adapters.sql.reports import (
    read_confirmations,
    read_reports,
    write_confirmation,
    write_report,
)
from libs.adapters.sql.revisions import append_revision, read_newest, read_revision
from libs.adapters.sql.rollouts import read_rollout, read_rollout_events, write_rollout
from libs.adapters.sql.sources import read_source, read_sources, write_source
from libs.adapters.sql.targets import delete_targets, read_targets, write_targets
from libs.adapters.sql.transactions import read, write
from libs.adapters.sql.watch import Watch
from libs.kernel.ids import (
    ClusterName,
    ObjectHash,
    PlanHash,
    RevisionId,
    SourceName,
    TreeHash,
)
from libs.kernel.inventory import ClusterReport, InventoryRecord
from libs.kernel.origins import ObjectKey
from libs.kernel.proxies import ProxyRecord
from libs.kernel.revisions import Manifest, Revision, SourceState, StoredObject, Target
from libs.kernel.rollouts import RolloutEvent, RolloutState
from libs.ports.jointokens import JoinToken


def open_store(url: str) -> "SqlStore":
    """Open a store and bring its tables up to date.

    `url` is `sqlite:///FILE` or `postgresql+psycopg://USER:PASSWORD@HOST/DATABASE`. Raises
    TransientError when the database cannot be reached, StalledError when the URL or the database
    is none that this program can work with.
    """
    parsed = parse_url(url)
    place = place_of(parsed)
    engine = make_engine(parsed)
    with place.mapped():
        migrate(engine)
    return SqlStore(engine, place, _watch(engine, place))


def _watch(engine: Engine, place: Place) -> Watch:
    if engine.dialect.name == "postgresql":
        from libs.adapters.sql.watchpostgres import PostgresWatch

        return PostgresWatch(engine, place)
    from libs.adapters.sql.watchsqlite import SqliteWatch

    return SqliteWatch(engine, place)


class SqlStore:
    """The Store of one process. Safe to use from many threads, not across a fork."""

    def __init__(self, engine: Engine, place: Place, watch: Watch) -> None:
        """Work on an engine whose tables are up to date."""
        self._engine = engine
        self._place = place
        self._watch = watch
        self._pages = PageMemo()

    def close(self) -> None:
        """Give up all connections. The store must not be in use by another thread."""
        self._watch.close()
        self._engine.dispose()

    def change_token(self) -> str:
        """Return a value that differs after any committed write by any process."""
        return self._watch.token()

    def wait_for_change(self, token: str, timeout_s: float) -> str:
        """Return the newest token as soon as it differs from `token`, or after `timeout_s`."""
        return self._watch.wait(token, timeout_s)

    def source(self, name: SourceName) -> SourceState | None:
        """How far a source was looked at; None before the first look."""
        return read(self._engine, self._place, lambda c: read_source(c, name))

    def sources(self) -> Sequence[SourceState]:
        """All sources by name."""
        return read(self._engine, self._place, read_sources)

    def record_source(self, state: SourceState) -> None:
        """Replace what is known of a source."""
        write(self._engine, self._place, lambda c: write_source(c, state))

    def manifest(self, tree: TreeHash) -> Manifest | None:
        """The objects of one set at one tree; None when never stored."""
        return read(self._engine, self._place, lambda c: read_manifest(c, self._pages, tree))

    def objects(self, hashes: Iterable[ObjectHash]) -> Mapping[ObjectHash, StoredObject]:
        """Those of the objects that are stored."""
        asked = set(hashes)
        return read(self._engine, self._place, lambda c: read_objects(c, asked))

    def add_contents(self, objects: Iterable[StoredObject], manifests: Iterable[Manifest]) -> None:
        """Store objects and manifests; those already there stay as they are."""
        given = (list(objects), list(manifests))
        write(self._engine, self._place, lambda c: insert_contents(c, *given))

    def accept(self, revision: Revision, state: SourceState) -> None:
        """Append a revision to the newest one and record its source, in one transaction."""
        write(self._engine, self._place, lambda c: append_revision(c, revision, state))

    def revision(self, revision: RevisionId) -> Revision | None:
        """One revision; None when it never was or has expired."""
        return read(self._engine, self._place, lambda c: read_revision(c, revision))

    def newest_revision(self) -> Revision | None:
        """The revision with the highest generation; None before the first."""
        return next(iter(self.revisions(1)), None)

    def revisions(self, limit: int) -> Sequence[Revision]:
        """The newest revisions, newest first, at most `limit`."""
        return read(self._engine, self._place, lambda c: read_newest(c, limit))

    def targets(self) -> Mapping[ClusterName, Target]:
        """The target of every cluster that has one."""
        return read(self._engine, self._place, read_targets)

    def move_targets(self, targets: Iterable[Target]) -> None:
        """Set targets, all or none."""
        given = list(targets)
        write(self._engine, self._place, lambda c: write_targets(c, given))

    def remove_targets(self, clusters: Iterable[ClusterName]) -> None:
        """Forget the targets of clusters that left the fleet."""
        given = set(clusters)
        write(self._engine, self._place, lambda c: delete_targets(c, given))

    def record_proxies(self, records: Iterable[ProxyRecord]) -> None:
        """Insert or replace what is known of proxies."""
        given = list(records)
        write(self._engine, self._place, lambda c: write_proxies(c, given))

    def proxies(self) -> Sequence[ProxyRecord]:
        """All proxies ever seen and not expired, by id."""
        return read(self._engine, self._place, read_proxies)

    def inventory(self, cluster: ClusterName) -> Sequence[InventoryRecord]:
        """Everything that we have in a cluster or may have, by key."""
        return read(self._engine, self._place, lambda c: read_inventory(c, cluster))

    def record_inventory(
        self,
        cluster: ClusterName,
        records: Iterable[InventoryRecord],
        gone: Iterable[ObjectKey] = (),
    ) -> None:
        """Insert or replace records and drop those of `gone`, in one transaction."""
        given = (list(records), list(gone))
        write(self._engine, self._place, lambda c: write_inventory(c, cluster, *given))

    def reports(self) -> Sequence[ClusterReport]:
        """How the last round of each cluster went, by cluster."""
        return read(self._engine, self._place, read_reports)

    def record_report(self, report: ClusterReport) -> None:
        """Replace what is known of a cluster's last round."""
        write(self._engine, self._place, lambda c: write_report(c, report))

    def confirmations(self) -> Mapping[ClusterName, PlanHash]:
        """The plan that a person confirmed last, by cluster."""
        return read(self._engine, self._place, read_confirmations)

    def confirm(self, cluster: ClusterName, plan: PlanHash | None) -> None:
        """Replace what is confirmed for a cluster; None for nothing."""
        write(self._engine, self._place, lambda c: write_confirmation(c, cluster, plan))

    def rollout(self) -> RolloutState | None:
        """The rollout that is under way, or the last one; None before the first."""
        return read(self._engine, self._place, read_rollout)

    def advance_rollout(
        self,
        state: RolloutState,
        moves: Iterable[Target] = (),
        removed: Iterable[ClusterName] = (),
        events: Iterable[RolloutEvent] = (),
    ) -> None:
        """Replace the state of the rollout, with the moves and the history of it."""
        given = (list(moves), list(removed), list(events))
        write(self._engine, self._place, lambda c: write_rollout(c, state, *given))

    def rollout_events(self, limit: int) -> Sequence[RolloutEvent]:
        """The newest events of all rollouts, newest first, at most `limit`."""
        return read(self._engine, self._place, lambda c: read_rollout_events(c, limit))

    def expire(self, keep_revisions: int) -> Sequence[Revision]:
        """Drop revisions beyond the newest `keep_revisions` that nobody needs; return them."""
        return write(self._engine, self._place, lambda c: drop_old(c, keep_revisions))

    def add_join_token(self, token: JoinToken, now_s: float) -> None:
        """Keep a token; those that have expired by `now_s` are forgotten."""
        write(self._engine, self._place, lambda c: insert_token(c, token, now_s))

    def join_token(self, token_hash: str) -> JoinToken | None:
        """Return a token that is not spent, expired or not; None for all others."""
        return read(self._engine, self._place, lambda c: read_token(c, token_hash))

    def spend_join_token(self, token_hash: str, now_s: float) -> bool:
        """Spend a token: True for exactly one caller, and only before it expires."""
        return write(self._engine, self._place, lambda c: spend_token(c, token_hash, now_s))
