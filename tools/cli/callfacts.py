"""`periplus export calls`: who calls whom in a cluster, from access logs, as facts for previews."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from libs.desired.facts import ClusterFacts, FactsFiles, facts_path, read_facts, with_facts
from libs.desired.fleetview import FleetView
from libs.kernel.ids import ClusterName
from libs.kernel.messages import errors
from libs.meshapi.dump import plain, to_yaml
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.observation import Observation, ObservationSpec
from libs.meshapi.pod import Pod
from libs.observed.accesslog import entries
from libs.registry.build import build_registry
from libs.registry.calls import Known, observed_calls
from tools.cli.clusterobjects import placed_in, read_desired
from tools.cli.errors import UnusableError
from tools.cli.output import Format, write_json, write_lines

_CALLS: Final = ("calls", "calls_from", "calls_until", "unattributed")


def export_calls(
    cluster: str,
    *logs: Annotated[str, Parameter(allow_leading_hyphen=True)],
    repository: Path = Path(),
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.TEXT,
) -> int:
    """Write down which calls are in the access logs of a cluster's proxies.

    `check` then warns of policies that would refuse one of them, and a preview names who calls.
    What no proxy logged is not seen.

    Parameters
    ----------
    cluster
        Name of the cluster in the fleet.
    logs
        Files of lines, or - for standard input.
    repository
        Work tree with clusters/CLUSTER/facts.yaml, whose other facts stay.
    output
        text for one line, or json for the calls.
    """
    if not logs:
        raise UnusableError("name the access logs of proxies, or - for standard input")
    name = ClusterName(cluster)
    desired = read_desired([str(repository)])
    if name not in desired.view.clusters:
        known = ", ".join(desired.view.clusters) or "none"
        raise UnusableError(f"the fleet has no cluster `{cluster}`; it has {known}")
    facts = _usable(name, desired.facts)
    contents = with_facts(desired.view, desired.contents, {name: facts})
    objects = [one.item.object for one in placed_in(name, desired.view, contents)]
    found = observed_calls(entries(_lines(logs)), _known(desired.view, objects, facts))
    before = facts.observed.spec if facts.observed is not None else ObservationSpec()
    spec = before.model_copy(update={field: getattr(found, field) for field in _CALLS})
    made = observation(name, spec)
    write_facts(repository, name, (made, *(one.object for one in facts.objects)))
    if output is Format.JSON:
        write_json(plain(made))
    else:
        seen = sum(one.count for one in found.calls)
        write_lines(f"{seen} calls of {len(found.calls)} kinds; {found.unattributed} left out")
    return 0


def observation(cluster: ClusterName, spec: ObservationSpec) -> Observation:
    """Return what was observed of a cluster as the object that its facts begin with."""
    return Observation(metadata=Metadata(name=cluster), spec=spec)


def moment(now_s: float) -> str:
    """Return a moment in UTC as facts have it."""
    return datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def calls_before(repository: Path | None, cluster: ClusterName) -> ObservationSpec:
    """Return what the facts of a work tree say of calls, nothing where they say nothing."""
    file = repository / facts_path(cluster) if repository is not None else None
    if file is None or not file.is_file():
        return ObservationSpec()
    facts = read_facts(cluster, file.read_bytes()).facts
    return facts.observed.spec if facts and facts.observed else ObservationSpec()


def write_facts(repository: Path, cluster: ClusterName, objects: Iterable[MeshObject]) -> None:
    """Write the facts of a cluster into a work tree. Raises UnusableError."""
    place = repository / facts_path(cluster)
    scratch = place.with_suffix(".new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(to_yaml(objects), encoding="utf-8")
        scratch.replace(place)
    except OSError as error:
        raise UnusableError(f"{place}: {error.strerror}") from error


def _usable(cluster: ClusterName, files: FactsFiles) -> ClusterFacts:
    reading = files.of(cluster)
    if reading is None:
        return ClusterFacts(())
    if reading.facts is None:
        raise UnusableError("; ".join(map(str, errors(reading.messages)[:3])))
    return reading.facts


def _known(view: FleetView, objects: Iterable[MeshObject], facts: ClusterFacts) -> Known:
    listed = tuple(objects)
    pods = {f"{one.namespace}/{one.metadata.name}": one for one in listed if isinstance(one, Pod)}
    places: Mapping[str, str] = facts.observed.spec.pod_addresses if facts.observed else {}
    by_address = {address: pods[name] for address, name in places.items() if name in pods}
    return Known(build_registry(listed), by_address, view.fleet.spec.mesh.trust_domain)


def _lines(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if name == "-":
            yield from sys.stdin
            continue
        try:
            with Path(name).open(encoding="utf-8", errors="replace") as file:
                yield from file
        except OSError as error:
            raise UnusableError(f"{name}: {error.strerror}") from error
