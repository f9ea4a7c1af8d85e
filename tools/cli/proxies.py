"""`periplus proxies`: who is connected, what is live there, and what two proxies have unlike."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from libs.kernel.ids import CommitId, ProxyId, RevisionId, TypeUrl
from libs.kernel.looperrors import TransientError
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.proxies import ProxyRecord
from libs.kernel.xds import SHORT_NAMES, VIRTUAL_HOST
from libs.pki.errors import PkiError
from libs.pki.holding import Holding as Certificate
from libs.pki.holding import holding as read_holding
from libs.ports.store import Store
from libs.xdsproto.comparing import Comparison, Difference, compare
from libs.xdsproto.holdings import Holding, Standing
from libs.xdsproto.hosts import ABSENT
from libs.xdsproto.loads import Load
from tools.cli.errors import UnusableError
from tools.cli.fleetstate import SHORT_ID, Output, opened, time_text
from tools.cli.output import Format, columns, write_json, write_lines
from tools.cli.running import DEFAULT_STATE
from tools.up.options import UpOptions

if TYPE_CHECKING:
    from libs.adapters.xdsgrpc.statusclient import StatusClient

T = TypeVar("T")
SHORT_VERSION = 8
HEADER = ("PROXY", "CLUSTER", "STATUS", "COMMIT", "SINCE", "VERSIONS")
LOADS_HEADER = ("PROXY", "CLUSTER", "REQUESTS/S", "ERRORS", "DROPPED", "IN PROGRESS")
CERTIFICATE_FILES = ("chain.pem", "key.pem", "roots.pem")


def list_proxies(
    *, state: Path = DEFAULT_STATE, store: str = "", output: Output = Format.TEXT
) -> int:
    """List all proxies: the commit that is live there, the version of each type, what was refused.

    Parameters
    ----------
    state
        Folder that `periplus up` keeps its state in.
    store
        SQLAlchemy URL of the database, instead of a state folder.
    output
        text or json.
    """
    known = opened(state, store)
    records = known.proxies()
    commits = _commits(known, records)
    if output is Format.JSON:
        write_json({"proxies": [_proxy(record, commits) for record in records]})
        return 0
    rows = [_row(record, commits) for record in records]
    table = columns(HEADER, *rows)
    lines = [table[0]]
    for record, line in zip(records, table[1:], strict=True):
        lines += [line, *_refusal(record)]
    write_lines(*lines)
    return 0


def diff_proxies(
    one: str,
    other: str,
    /,
    *,
    state: Path = DEFAULT_STATE,
    status: list[str] | None = None,
    certificates: Path | None = None,
    output: Output = Format.TEXT,
) -> int:
    """Say what two connected proxies have unlike; 1 when there is anything.

    Parameters
    ----------
    one
        A part of a proxy's id that no other has, such as `POD.NAMESPACE`.
    other
        The same of the proxy to compare with.
    state
        Folder that `periplus up` keeps its state in.
    status
        Address of a frontend's status service, instead of a state folder; may be repeated.
    certificates
        Folder with chain.pem, key.pem and roots.pem, where that service speaks TLS.
    output
        text or json.
    """
    clients = _clients(status, state, certificates)
    left, right = (_holdings(clients, part) for part in (one, other))
    found = compare(left[1], right[1])
    if output is Format.JSON:
        write_json(_comparison(left[0], right[0], found))
    else:
        write_lines(*_comparison_lines(left[0], right[0], found))
    return 1 if found.differences else 0


def list_loads(
    part: str = "",
    /,
    *,
    state: Path = DEFAULT_STATE,
    status: list[str] | None = None,
    certificates: Path | None = None,
    output: Output = Format.TEXT,
) -> int:
    """List how much proxies send to each cluster, as those report that were told to.

    Parameters
    ----------
    part
        A part of the ids of proxies; all without it.
    state
        Folder that `periplus up` keeps its state in.
    status
        Address of a frontend's status service, instead of a state folder; may be repeated.
    certificates
        Folder with chain.pem, key.pem and roots.pem, where that service speaks TLS.
    output
        text or json.
    """
    found: dict[ProxyId, tuple[Load, ...]] = {}
    for client in _clients(status, state, certificates):
        found |= _told(partial(client.loads, part))
    if output is Format.JSON:
        write_json({"loads": {proxy: [asdict(one) for one in found[proxy]] for proxy in found}})
        return 0
    rows = [_load_row(proxy, one) for proxy, loads in sorted(found.items()) for one in loads]
    write_lines(*columns(LOADS_HEADER, *rows))
    return 0


def list_hosts(
    part: str,
    /,
    *,
    state: Path = DEFAULT_STATE,
    status: list[str] | None = None,
    certificates: Path | None = None,
    output: Output = Format.TEXT,
) -> int:
    """List the hosts that a proxy has loaded on demand: what a new one like it may start with.

    In a node's metadata, `ON_DEMAND_HOSTS` is this list.

    Parameters
    ----------
    part
        A part of the proxy's id that no other has.
    state
        Folder that `periplus up` keeps its state in.
    status
        Address of a frontend's status service, instead of a state folder; may be repeated.
    certificates
        Folder with chain.pem, key.pem and roots.pem, where that service speaks TLS.
    output
        text or json.
    """
    _, holdings = _holdings(_clients(status, state, certificates), part)
    hosts = [
        str(one.name) for one in holdings if one.type_url == VIRTUAL_HOST and one.version != ABSENT
    ]
    if output is Format.JSON:
        write_json({"ON_DEMAND_HOSTS": hosts})
    else:
        write_lines(*hosts)
    return 0


def _load_row(proxy: ProxyId, one: Load) -> tuple[str, ...]:
    return (
        proxy,
        one.cluster,
        f"{one.requests / one.interval_s:.1f}" if one.interval_s else "-",
        str(one.errors),
        str(one.dropped),
        str(one.in_progress),
    )


def _commits(store: Store, records: Sequence[ProxyRecord]) -> dict[RevisionId, CommitId]:
    """Return the commits of the revisions that are live somewhere and still known."""
    live = {record.live_revision for record in records if record.live_revision is not None}
    found = {each: store.revision(each) for each in live}
    return {each: revision.commit for each, revision in found.items() if revision is not None}


def _proxy(record: ProxyRecord, commits: dict[RevisionId, CommitId]) -> dict[str, Any]:
    return {
        "id": record.id,
        "cluster": record.cluster,
        "status": record.status.value,
        "snapshot": record.snapshot,
        "live_revision": record.live_revision,
        "commit": _commit(record, commits),
        "live_at_s": record.live_at_s,
        "carried": record.carried,
        "versions": {_short(url): version for url, version in record.versions},
        "error": record.error,
        "refused": [
            {
                "type": _short(one.type_url),
                "name": one.name,
                "objects": [_object(*each) for each in one.objects],
            }
            for one in record.refused
        ],
    }


def _row(record: ProxyRecord, commits: dict[RevisionId, CommitId]) -> tuple[str, ...]:
    commit = _commit(record, commits)
    return (
        record.id,
        record.cluster,
        record.status.value,
        (commit or "-")[:SHORT_ID],
        "-" if record.live_at_s is None else time_text(record.live_at_s),
        " ".join(f"{_short(url)}={one[:SHORT_VERSION]}" for url, one in record.versions) or "-",
    )


def _commit(record: ProxyRecord, commits: dict[RevisionId, CommitId]) -> CommitId | None:
    return None if record.live_revision is None else commits.get(record.live_revision)


def _refusal(record: ProxyRecord) -> Iterator[str]:
    """Yield the words of a proxy that refuses, and where the objects behind are written."""
    if record.error:
        yield f"  {' '.join(record.error.split())}"
    for one in record.refused:
        yield f"  {_short(one.type_url)} {one.name}"
        yield from (f"    {origin}: {key}" for key, origin in one.objects)


def _object(key: ObjectKey, origin: Origin) -> dict[str, Any]:
    return {
        "file": origin.file,
        "line": origin.line,
        "kind": key.kind,
        "namespace": key.namespace,
        "name": key.name,
    }


def _short(url: TypeUrl) -> str:
    return SHORT_NAMES.get(url, url.rpartition(".")[2])


def _certificate(folder: Path) -> Certificate:
    try:
        chain, key, roots = ((folder / name).read_bytes() for name in CERTIFICATE_FILES)
        return read_holding(chain, key, roots)
    except OSError as error:
        raise UnusableError(f"{error.filename}: {error.strerror}") from error
    except PkiError as error:
        raise UnusableError(f"{folder}: {error}") from error


def _clients(
    status: list[str] | None, state: Path, certificates: Path | None
) -> "list[StatusClient]":
    """Return who answers at each frontend that is to be asked."""
    # The client of gRPC takes a tenth of a second to load.
    from libs.adapters.xdsgrpc.statusclient import StatusClient

    shown = None if certificates is None else _certificate(certificates)
    addresses = status or [UpOptions(repository="", state=state.absolute()).status]
    return [StatusClient(address, shown) for address in addresses]


def _told(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except TransientError as error:
        raise UnusableError(error.reason) from error


def _holdings(clients: "Iterable[StatusClient]", part: str) -> tuple[ProxyId, tuple[Holding, ...]]:
    """Ask all frontends for the one proxy that is meant."""
    found: dict[ProxyId, tuple[Holding, ...]] = {}
    for client in clients:
        found |= _told(partial(client.holdings, part))
    exact = found.get(ProxyId(part))
    if exact is not None:
        return ProxyId(part), exact
    if len(found) != 1:
        several = f"{len(found)} connected proxies have" if found else "no connected proxy has"
        raise UnusableError(f"{several} `{part[:80]}` in the id; `periplus proxies` lists all")
    return next(iter(found.items()))


def _comparison(one: ProxyId, other: ProxyId, found: Comparison) -> dict[str, Any]:
    return {
        "proxies": [one, other],
        "equal": {_short(url): count for url, count in found.equal.items()},
        "differences": [
            {
                "type": _short(each.type_url),
                "name": each.name,
                "versions": [side and side.version for side in (each.one, each.other)],
                "errors": [side.error if side else "" for side in (each.one, each.other)],
            }
            for each in found.differences
        ],
    }


def _comparison_lines(one: ProxyId, other: ProxyId, found: Comparison) -> Iterator[str]:
    """Yield the differences in the manner of `diff`; what is alike is counted alone."""
    yield f"--- {one}"
    yield f"+++ {other}"
    for each in found.differences:
        yield f"{_sign(each)} {_short(each.type_url)} {each.name}: {_sides(each)}"
    for url, count in found.equal.items():
        yield f"  {_short(url)}: {count} equal"


def _sign(each: Difference) -> str:
    return "+" if each.one is None else "-" if each.other is None else "~"


def _sides(each: Difference) -> str:
    sides = (side for side in (each.one, each.other) if side is not None)
    return " -> ".join(map(_side, sides))


def _side(side: Holding) -> str:
    version = side.version[:SHORT_VERSION]
    return f"{version} (refused)" if side.standing is Standing.REFUSED else version
