"""`periplus status`: what the Store knows of the fleet."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from libs.adapters.sql.store import open_store
from libs.kernel.ids import ClusterName
from libs.kernel.inventory import RoundState
from libs.kernel.looperrors import StalledError, TransientError
from libs.kernel.proxies import ProxyRecord, SyncStatus
from libs.kernel.revisions import Revision, SourceState, Target
from libs.planning.showing import report_json
from libs.ports.store import Store
from tools.cli.errors import UnusableError
from tools.cli.output import Format, write_json, write_lines
from tools.cli.running import DEFAULT_STATE
from tools.up.options import UpOptions

SHORT_ID = 12
_FINE = (RoundState.DONE, RoundState.SUSPENDED)
Output = Annotated[Format, Parameter(name=["--output", "-o"])]


def status(*, state: Path = DEFAULT_STATE, store: str = "", output: Output = Format.TEXT) -> int:
    """Show the source, the newest revision, what was refused, targets, clusters and proxies.

    Exit status 1 when something is refused or unreadable, or a cluster or a proxy does not follow
    its target.

    Parameters
    ----------
    state
        Folder that `periplus up` keeps its state in.
    store
        SQLAlchemy URL of the database, instead of a state folder.
    output
        text or json.
    """
    with_store = opened(state, store)
    content = _status(with_store)
    if output is Format.JSON:
        write_json(content)
    else:
        write_lines(*_status_lines(content))
    return 0 if content["good"] else 1


def opened(state: Path, url: str) -> Store:
    """Open the Store that is meant; a folder without one is not made.

    Raises UnusableError where there is none.
    """
    if not url and not (state / "periplus.sqlite").is_file():
        raise UnusableError(
            f"{state}: no Periplus has kept its state here; name its folder with --state"
            " or its database with --store"
        )
    try:
        return open_store(url or UpOptions(repository="", state=state.absolute()).store)
    except (TransientError, StalledError) as error:
        raise UnusableError(error.reason) from error


def _status(store: Store) -> dict[str, Any]:
    """Collect everything as JSON values."""
    newest, targets, records = store.newest_revision(), store.targets(), store.proxies()
    sources = store.sources()
    reports = [one for one in store.reports() if one.cluster in targets]
    behind = [record for record in records if _is_behind(record, targets)]
    return {
        "good": not behind
        and all(_is_clean(source) for source in sources)
        and all(one.state in _FINE for one in reports),
        "sources": [_source(source) for source in sources],
        "revision": None if newest is None else _revision(newest),
        "targets": [asdict(target) for _, target in sorted(targets.items())],
        "clusters": [report_json(one) for one in reports],
        "proxies": {"connected": _connected(records), "behind": [each.id for each in behind]},
    }


def _is_clean(source: SourceState) -> bool:
    return source.fault is None and not source.refusals


def _is_behind(record: ProxyRecord, targets: Mapping[ClusterName, Target]) -> bool:
    """Say whether a connected proxy is not live on its cluster's target."""
    target = targets.get(record.cluster)
    if record.status is SyncStatus.GONE or target is None:
        return False
    return record.live_revision != target.revision


def _connected(records: Iterable[ProxyRecord]) -> int:
    return sum(record.status is not SyncStatus.GONE for record in records)


def _source(source: SourceState) -> dict[str, Any]:
    return {
        "name": source.name,
        "head": source.head,
        "fault": source.fault,
        "refusals": [
            {
                "set": refusal.name,
                "commit": refusal.commit,
                "messages": [str(message) for message in refusal.messages],
            }
            for refusal in source.refusals
        ],
        "warnings": [str(message) for message in source.warnings],
    }


def _revision(revision: Revision) -> dict[str, Any]:
    return {
        "id": revision.id,
        "generation": revision.generation,
        "commit": revision.commit,
        "sets": [{"name": each.name, "commit": each.commit} for each in revision.sets],
        "notes": list(revision.notes),
    }


def _status_lines(content: dict[str, Any]) -> list[str]:
    lines = []
    for source in content["sources"]:
        lines.append(f"source {source['name']}: at commit {(source['head'] or 'none')[:SHORT_ID]}")
        if source["fault"]:
            lines.append(f"  fault: {source['fault']}")
        for refusal in source["refusals"]:
            lines.append(f"  refused: {refusal['set'] or 'the whole repository'}")
            lines += [f"    {message}" for message in refusal["messages"]]
        lines += [f"  {message}" for message in source["warnings"]]
    revision = content["revision"]
    if revision is None:
        lines.append("no revision has been accepted yet")
    else:
        lines.append(
            f"revision {revision['id'][:SHORT_ID]}: generation {revision['generation']},"
            f" commit {revision['commit'][:SHORT_ID]}"
        )
        lines += [f"  note: {note}" for note in revision["notes"]]
    lines += [
        f"cluster {target['cluster']}: target {target['revision'][:SHORT_ID]}"
        for target in content["targets"]
    ]
    for one in content["clusters"]:
        why = f": {one['reason']}" if one["reason"] else ""
        lines.append(
            f"cluster {one['cluster']}: {one['state']} since {time_text(one['at_s'])}{why}"
        )
        lines += [
            f"  {each['object']['kind']} {each['object']['name']}: {each['reason']}"
            for each in one["results"]
            if each["state"] != RoundState.DONE.value
        ]
    counts = content["proxies"]
    lines.append(f"proxies: {counts['connected']} connected, {len(counts['behind'])} behind")
    lines += [f"  behind: {proxy}" for proxy in counts["behind"]]
    return lines


def time_text(at_s: float) -> str:
    """Write a time in seconds since the epoch as people read it."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
