"""Tests of reports and confirmations in the database."""

from sqlalchemy import Engine

from libs.adapters.sql.reports import read_reports, write_report
from libs.adapters.sql.tests.database import PLACE
from libs.adapters.sql.transactions import read, write
from libs.kernel.ids import ClusterName, PlanHash, RevisionId
from libs.kernel.inventory import ClusterReport, RoundState


def test_hostile_text_is_stored_marked(engine: Engine) -> None:
    """A server chooses the text of its errors: none can stop the writer."""
    report = ClusterReport(
        ClusterName("c"), RevisionId("r"), 1, PlanHash("p"), RoundState.FAILED, 1.5, "no\0\ud800"
    )
    write(engine, PLACE, lambda c: write_report(c, report))
    assert read(engine, PLACE, read_reports)[0].reason == "no\ufffd\ufffd"
