"""A compiler that follows no cluster; those that do are in test_livefacts.py."""

from libs.kernel.ids import ClusterName
from libs.meshapi.fleet import Cluster
from services.compiler.facts import NoFacts


def test_where_nothing_is_followed_there_are_no_facts() -> None:
    """Not even of a cluster that has an API server."""
    name, facts = ClusterName("east"), NoFacts()
    spec = {"connection": {"context": "east"}}
    facts.follow({name: Cluster.model_validate({"metadata": {"name": name}, "spec": spec})})
    assert facts.of(name) == ()
