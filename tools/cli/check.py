"""`periplus check`: every finding about a configuration, with file, line and what to write."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from libs.adapters.envoybinary.validate import EnvoyBinary
from libs.adapters.system.clock import SystemClock
from libs.desired.directory import Directory, contents_from_files
from libs.desired.facts import FactsFiles, facts_in, facts_messages
from libs.desired.finding import Finding
from libs.desired.layout import unreadable
from libs.desired.rendering import Rendering
from libs.kernel.looperrors import TransientError
from libs.kernel.messages import Message
from libs.lint.check import findings
from libs.lint.envoyviews import refusals
from libs.lint.suppression import Silenced, Suppression
from libs.meshapi.unrendered import is_patch_key
from libs.ports.envoycheck import EnvoyCheck
from tools.cli.checkreport import Report, in_order, report_json, summary
from tools.cli.errors import UnusableError
from tools.cli.kustomizing import configured
from tools.cli.meshoption import Mesh, read_mesh
from tools.cli.output import write_json, write_lines
from tools.cli.sarif import sarif
from tools.cli.sources import PathArgument, Sources, read_paths
from tools.cli.version import version
from tools.cli.workflowcommands import workflow_commands


class CheckFormat(StrEnum):
    """What `-o` of this command may be."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


def check(
    *paths: PathArgument,
    mesh_config: str = "",
    mesh_networks: str = "",
    envoy: Path | None = None,
    output: Annotated[CheckFormat, Parameter(name=["--output", "-o"])] = CheckFormat.TEXT,
) -> int:
    """Check configuration and say what is wrong, where, and what to write instead.

    Exit status 1 when there are errors; warnings alone are fine.

    Parameters
    ----------
    paths
        Files, directories, - for standard input, or REPO@REV.
    mesh_config
        A file with Istio's MeshConfig; its fields stand in for those of the Fleet.
    mesh_networks
        A file with Istio's MeshNetworks.
    envoy
        An Envoy binary; it is asked whether it would take what representative proxies get.
    output
        text, json, sarif (2.1.0), or github for workflow commands.
    """
    today = datetime.fromtimestamp(SystemClock().now_s(), UTC).date()
    mesh = read_mesh(mesh_config, mesh_networks)
    judge = EnvoyBinary(envoy) if envoy is not None else None
    report = checked(read_paths(paths), mesh, today, judge)
    if envoy is None and output is CheckFormat.TEXT:
        print("note: Envoy itself was not asked; name its binary with --envoy", file=sys.stderr)
    write(report, output)
    return report.status


def checked(sources: Sources, mesh: Mesh, today: date, envoy: EnvoyCheck | None = None) -> Report:
    """Check what was read, as of a day."""
    read = contents_from_files(sources.files, configured())
    if read.view is not None:
        read = read._replace(view=mesh.over(read.view))
    facts = facts_in(sources.files)
    seen = facts_messages(read.view, facts, today) if read.view is not None else ()
    found = (*unreadable(sources.links), *read.messages, *seen, *_refused(read, envoy))
    objects = sum(not is_patch_key(one.key) for some in read.contents.values() for one in some)
    kept, silenced = _sifted(read, found, today, facts)
    messages = in_order((*map(sources.as_given, kept), *mesh.within(read.view)))
    return Report(tuple(messages), tuple(_as_given(one, sources) for one in silenced), objects)


def _as_given(one: Silenced, sources: Sources) -> Silenced:
    origin = one.by.origin
    named = replace(origin, file=sources.shown.get(origin.file, origin.file))
    return Silenced(sources.as_given(one.message), replace(one.by, origin=named))


def _sifted(
    read: Directory, found: tuple[Message, ...], today: date, facts: FactsFiles
) -> tuple[tuple[Message, ...], list[Silenced]]:
    if read.view is None:
        return found, []
    suppression = Suppression(read.view, read.contents, today)
    linted = (*suppression.faults, *findings(read.view, read.contents, facts))
    everything = (*found, *map(_message, linted))
    kept, silenced = suppression.sift(everything, lambda one: one)
    return (*kept, *suppression.complaints()), silenced


def _refused(read: Directory, envoy: EnvoyCheck | None) -> Iterator[Message]:
    """Ask Envoy about every cluster. Raises UnusableError when it cannot be asked."""
    if read.view is None or envoy is None:
        return
    rendering = Rendering(read.view, read.contents)
    for name in read.view.clusters:
        objects = [(one.item.object, one.item.origin) for one in rendering.cluster(name).objects]
        try:
            yield from refusals(objects, name, read.view.fleet.spec.mesh, envoy)
        except TransientError as error:
            raise UnusableError(error.reason) from error


def _message(one: Finding) -> Message:
    return one.message


def write(report: Report, output: CheckFormat) -> None:
    """Write a report to standard output."""
    match output:
        case CheckFormat.JSON:
            write_json(report_json(report))
        case CheckFormat.SARIF:
            write_json(sarif(report, version()))
        case CheckFormat.GITHUB:
            write_lines(*workflow_commands(report.messages))
        case CheckFormat.TEXT:
            write_lines(*map(str, report.messages), summary(report))
