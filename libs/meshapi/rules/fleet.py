"""Rules of Fleet and Cluster."""

from collections.abc import Iterator, Mapping
from datetime import date

from libs.meshapi.fleet import Cluster, Fleet
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import meshconfig, names, rollout
from libs.meshapi.rules.common import alternatives, each
from libs.meshapi.rules.selection import requirements
from libs.meshapi.variables import is_name


def check(obj: Fleet) -> Iterator[Problem]:
    """Check every set, the settings of the mesh, and the strategy."""
    for index, one in enumerate(obj.spec.sets):
        path: Path = ("spec", "sets", index)
        fault = names.label_fault(one.name)
        if fault is not None:
            yield Problem((*path, "name"), f"set {fault}")
        if not one.paths:
            yield Problem((*path, "paths"), "the set has no paths; write at least one")
        yield from each((*path, "paths"), one.paths, path_fault)
        yield from requirements((*path, "clusters"), one.clusters)
        yield from _variable_names((*path, "variables"), one.variables)
    yield from _variable_names(("spec", "variables"), obj.spec.variables)
    for index, ignored in enumerate(obj.spec.ignore):
        fault = date_fault(ignored.until)
        if fault is not None:
            yield Problem(("spec", "ignore", index, "until"), fault)
    yield from meshconfig.check(obj.spec.mesh, ("spec", "mesh"))
    if obj.spec.rollout is not None:
        yield from rollout.check_strategy(obj.spec.rollout, ("spec", "rollout"))


def check_cluster(obj: Cluster) -> Iterator[Problem]:
    """Check that a cluster is reached in exactly one way, and its networks."""
    spec = obj.spec
    path: Path = ("spec", "connection")
    if not any(
        getattr(spec.connection, name) is not None for name in spec.connection.ALTERNATIVES[0]
    ):
        yield Problem(path, "the connection is empty; write `static: {}`")
    yield from alternatives(path, spec.connection)
    yield from each(("spec", "podCIDRs"), spec.pod_cidrs, names.network_fault)
    yield from each(("spec", "serviceCIDRs"), spec.service_cidrs, names.network_fault)
    yield from _variable_names(("spec", "variables"), spec.variables)


def _variable_names(path: Path, variables: Mapping[str, str]) -> Iterator[Problem]:
    for name in variables:
        if not is_name(name):
            text = f"{quoted(name)} is no name of a variable; "
            text += "use letters, digits, `_` and `-`, a letter or `_` first"
            yield Problem((*path, name), text, at_key=True)


def date_fault(text: str) -> str | None:
    """Check that a day is one of the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return f"{quoted(text)} is no day of the calendar; write one such as `2030-12-31`"
    return None


def path_fault(text: str) -> str | None:
    """Check a path of a set: relative, inside the repository, with `/` between its parts."""
    parts = text.split("/")
    inside = bool(text) and not text.startswith("/") and ".." not in parts and "\\" not in text
    if inside and all(char.isprintable() for char in text):
        return None
    return f"{quoted(text)} is no path of the repository; write one such as `configs/bookinfo`"
