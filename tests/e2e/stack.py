"""A small fleet with all services and one real Envoy running, the first commit live."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from libs.adapters.sql.store import open_store
from libs.ports.store import Store
from tests.e2e import smallfleet
from tests.e2e.smallfleet import Load, Processes, Repository, until
from tools.up.options import UpOptions


@dataclass(slots=True)
class Stack:
    """What a test may touch."""

    repository: Repository
    processes: Processes
    load: Load
    store: Store

    def live_commit(self) -> str | None:
        """The commit on which every known proxy is live, if they agree."""
        revisions = {record.live_revision for record in self.store.proxies()}
        if len(revisions) != 1 or None in revisions:
            return None
        (identifier,) = revisions
        revision = self.store.revision(identifier) if identifier else None
        return revision.commit if revision else None
