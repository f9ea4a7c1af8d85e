"""Differences in the form of the command line's contract."""

from libs.routediff.difference import difference
from libs.routediff.preview import preview
from libs.routediff.report import dumps_json, preview_json
from libs.routediff.tests.fleets import TO_V2, rule, side
from libs.routediff.tests.views import cluster, host, to, view


def test_a_class_has_both_answers_with_their_places() -> None:
    """Who decided before and after, file and line, and the risks of the change."""
    content = preview_json(preview(side(), side(configs__all__rules=rule(TO_V2))))
    (only,) = content["clusters"]
    (found,) = only["classes"]
    assert content["counts"] == {found["effect"]: 1}
    assert [found[name]["origin"]["line"] for name in ("old", "new")] == [1, 1]
    assert [one["kind"] for one in content["risks"]] == ["no endpoints"]


def test_dumps_have_no_clusters_and_no_places() -> None:
    """Nobody knows where a foreign configuration was written."""
    clusters = [cluster("a"), cluster("b")]
    found = difference(view([host(to("a"))], clusters), view([host(to("b"))], clusters))
    content = dumps_json(found)
    assert content["counts"] == {"moved": 1}
    assert content["clusters"][0]["clusters"] == []
    assert content["clusters"][0]["classes"][0]["new"]["origin"] is None
