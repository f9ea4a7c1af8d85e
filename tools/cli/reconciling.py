"""`periplus plan`, `apply` and `drift`: what is done to clusters with an API server."""

import sys
from typing import Annotated, Any

import yaml
from cyclopts import Parameter

from libs.kernel.ids import PlanHash
from libs.kernel.inventory import RoundState
from libs.planning.adopting import adopted
from libs.planning.plan import is_confirmed
from libs.planning.showing import drift_json, plan_json, report_json
from tools.cli.clusters import ANYWHERE, Meant, Where, meant, on_each
from tools.cli.output import Format, write_json, write_lines
from tools.cli.sources import PathArgument

Output = Annotated[Format, Parameter(name=["--output", "-o"])]
_SIGNS = {"created": "+", "configured": "~", "deleted": "-"}


def plan(*paths: PathArgument, where: Where = ANYWHERE, output: Output = Format.TEXT) -> int:
    """Say what would be done to clusters. Exit status 1 when anything would be.

    Parameters
    ----------
    paths
        What clusters should have; the target of `periplus up` when not given.
    output
        text or json.
    """

    def work(one: Meant) -> dict[str, Any]:
        made, _ = one.one.plan(one.target)
        return plan_json(made, one.one.looking.now().objects)

    with meant(paths, where, keeps=False) as found:
        results = on_each(found, work, _silent)
    _write(results, output, _plan_lines)
    quiet = all("steps" in one and not (one["steps"] or one["skipped"]) for one in results)
    return 0 if quiet else 1


def apply(
    *paths: PathArgument,
    where: Where = ANYWHERE,
    confirm: tuple[str, ...] = (),
    output: Output = Format.TEXT,
) -> int:
    """Bring clusters to what they should have. Exit status 1 when one of them is not there then.

    Parameters
    ----------
    paths
        What clusters should have; the target of `periplus up` when not given.
    confirm
        Hash of a plan whose deletions were looked at and are wanted; may be given several times.
    output
        text or json.
    """

    def work(one: Meant) -> dict[str, Any]:
        made, _ = one.one.plan(one.target)
        given = (PlanHash(each) for each in confirm)
        confirmed = next((each for each in given if is_confirmed(made, each)), None)
        report = one.one.execute(one.target, confirmed)
        if not paths:
            one.one.shared.store.record_report(report)
        return report_json(report)

    with meant(paths, where, keeps=True) as found:
        total = len(found)

        def progress(result: dict[str, Any], number: int) -> None:
            state = result.get("state") or result["error"]
            sys.stderr.write(f"{number} of {total}: cluster {result['cluster']}: {state}\n")

        results = on_each(found, work, progress if total > 1 else _silent)
    _write(results, output, _report_lines)
    return 0 if all(one.get("state") == RoundState.DONE.value for one in results) else 1


def drift(
    *paths: PathArgument,
    where: Where = ANYWHERE,
    patch: Annotated[bool, Parameter(negative="")] = False,
    output: Output = Format.TEXT,
) -> int:
    """Say what others changed in clusters, and who. Exit status 1 when anything was.

    Parameters
    ----------
    paths
        What clusters should have; the target of `periplus up` when not given.
    patch
        Print patches that make the changes part of git, for `*.patch.yaml` of a cluster's folder.
    output
        text or json.
    """

    def work(one: Meant) -> dict[str, Any]:
        drifts, wanted = one.one.drifts(one.target)
        patches = adopted(drifts, wanted.desired, one.one.looking.now().objects)
        told = {"cluster": one.one.name, "drifts": [drift_json(each) for each in drifts]}
        return {**told, "patches": list(patches)} if patch else told

    with meant(paths, where, keeps=False) as found:
        results = on_each(found, work, _silent)
    _write(results, output, _patch_lines if patch else _drift_lines)
    return 0 if all(one.get("drifts") == [] for one in results) else 1


def _silent(_result: dict[str, Any], _number: int) -> None:
    """Say nothing of single clusters."""


def _write(results: list[dict[str, Any]], output: Format, lines: Any) -> None:
    for one in results:
        if "error" in one:
            sys.stderr.write(f"periplus: cluster {one['cluster']}: {one['error']}\n")
    if output is Format.JSON:
        write_json({"clusters": results})
        return
    for one in results:
        if "error" not in one:
            write_lines(*lines(one))


def _plan_lines(one: dict[str, Any]) -> list[str]:
    if not one["steps"] and not one["skipped"]:
        return [f"cluster {one['cluster']}: nothing to do"]
    told = [f"cluster {one['cluster']}: plan {one['plan']}, {_counts(one)}"]
    for step in one["steps"]:
        held = " (waits for a confirmation)" if step["held"] else ""
        why = f": {step['reason']}" if step["reason"] else ""
        told.append(f"  {_SIGNS[step['action']]} {_name(step)}{held}{why}")
        told += [f"      {_change(field)}" for field in step["fields"]]
    told += [f"  ! {_name(each)}: {each['reason']}" for each in one["skipped"]]
    if one["held"]:
        told.append(f"  confirm with: periplus apply --confirm {one['confirm']}")
    return told


def _report_lines(one: dict[str, Any]) -> list[str]:
    why = f": {one['reason']}" if one["reason"] else ""
    told = [f"cluster {one['cluster']}: {one['state']}, {_counts(one)}{why}"]
    told += [f"  {_name(each)} {each['action']}: {each['reason']}" for each in one["results"]]
    if any(each["state"] == RoundState.HELD.value for each in one["results"]):
        told.append(f"  confirm with: periplus apply --confirm {one['plan']}")
    return told


def _drift_lines(one: dict[str, Any]) -> list[str]:
    if not one["drifts"]:
        return [f"cluster {one['cluster']}: no drift"]
    told = [f"cluster {one['cluster']}:"]
    for each in one["drifts"]:
        who = f" by {', '.join(each['by'])}" if each["by"] else ""
        told.append(f"  {_name(each)} {each['change']}{who}")
        told += [f"      {_change(field)}" for field in each["fields"]]
    return told


def _patch_lines(one: dict[str, Any]) -> list[str]:
    head = f"# clusters/{one['cluster']}/drift.patch.yaml"
    return [
        head,
        *(f"---\n{yaml.safe_dump(each, sort_keys=False).rstrip()}" for each in one["patches"]),
    ]


def _counts(one: dict[str, Any]) -> str:
    return ", ".join(f"{count} {action}" for action, count in one["counts"].items()) or "0 objects"


def _name(one: dict[str, Any]) -> str:
    key = one["object"]
    place = f"{key['namespace']}/" if key["namespace"] else ""
    return f"{key['kind']} {place}{key['name']}"


def _change(field: dict[str, Any]) -> str:
    return f"{field['path']}: {field['live']!r} -> {field['wanted']!r}"
