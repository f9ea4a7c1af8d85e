"""Reports of the last round of each cluster, and what people confirmed."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select

from libs.adapters.sql.columns import storable
from libs.adapters.sql.schema import CONFIRMATIONS, REPORTS
from libs.adapters.sql.transactions import touch
from libs.adapters.sql.upserts import upsert
from libs.kernel.ids import ClusterName, PlanHash, RevisionId, SetName
from libs.kernel.inventory import Action, ClusterReport, ObjectResult, RoundState
from libs.kernel.origins import ObjectKey


def read_reports(connection: Connection) -> Sequence[ClusterReport]:
    """Return all reports by cluster."""
    rows = connection.execute(select(REPORTS))
    found = [_report_in(row.cluster, orjson.loads(row.report)) for row in rows]
    return sorted(found, key=lambda report: report.cluster)


def write_report(connection: Connection, report: ClusterReport) -> None:
    """Replace a report; an equal one is no change."""
    query = select(REPORTS.c.report).where(REPORTS.c.cluster == report.cluster)
    made = orjson.dumps(_report_out(report))
    if connection.execute(query).scalar() != made:
        upsert(connection, REPORTS, [{"cluster": report.cluster, "report": made}])
        touch(connection)


def read_confirmations(connection: Connection) -> Mapping[ClusterName, PlanHash]:
    """Return the confirmed plan of each cluster that has one."""
    return {row.cluster: row.plan for row in connection.execute(select(CONFIRMATIONS))}


def write_confirmation(connection: Connection, cluster: ClusterName, plan: PlanHash | None) -> None:
    """Replace or remove what is confirmed for a cluster."""
    if read_confirmations(connection).get(cluster) == plan:
        return
    if plan is None:
        connection.execute(delete(CONFIRMATIONS).where(CONFIRMATIONS.c.cluster == cluster))
    else:
        upsert(connection, CONFIRMATIONS, [{"cluster": cluster, "plan": plan}])
    touch(connection)


def _report_out(report: ClusterReport) -> dict[str, Any]:
    return {
        "revision": report.revision,
        "generation": report.generation,
        "plan": report.plan,
        "state": report.state.value,
        "at_s": report.at_s,
        "reason": storable(report.reason),
        "counts": {action.value: count for action, count in sorted(report.counts.items())},
        "results": [_result_out(result) for result in report.results],
    }


def _report_in(cluster: ClusterName, item: dict[str, Any]) -> ClusterReport:
    return ClusterReport(
        cluster=cluster,
        revision=RevisionId(item["revision"]),
        generation=item["generation"],
        plan=PlanHash(item["plan"]),
        state=RoundState(item["state"]),
        at_s=item["at_s"],
        reason=item["reason"],
        counts={Action(action): count for action, count in item["counts"].items()},
        results=tuple(_result_in(result) for result in item["results"]),
    )


def _result_out(result: ObjectResult) -> dict[str, Any]:
    key = result.key
    return {
        "object": [storable(part) for part in (key.group, key.kind, key.namespace, key.name)],
        "set": storable(result.set),
        "action": result.action.value,
        "reason": storable(result.reason),
        "state": result.state.value,
    }


def _result_in(item: dict[str, Any]) -> ObjectResult:
    return ObjectResult(
        key=ObjectKey(*item["object"]),
        set=SetName(item["set"]),
        action=Action(item["action"]),
        reason=item["reason"],
        state=RoundState(item["state"]),
    )
