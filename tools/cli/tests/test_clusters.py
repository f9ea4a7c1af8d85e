"""Tests of which clusters a command works on."""

from pathlib import Path

import pytest

from tools.cli.clusters import Where, meant
from tools.cli.errors import UnusableError
from tools.cli.tests.clusterfleets import CLUSTER, FLEET


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A fleet of two clusters, one of them without an API server."""
    (tmp_path / "fleet.yaml").write_text(FLEET)
    for name, connection in (("one", "context: one"), ("two", "static: {}")):
        folder = tmp_path / "clusters" / name
        folder.mkdir(parents=True)
        (folder / "cluster.yaml").write_text(CLUSTER % (name, connection))
    return tmp_path


def test_all_clusters_with_an_api_server_are_meant(repository: Path) -> None:
    """Nothing is asked of one that has none, and no state is made only to plan."""
    state = repository / "state"
    with meant([str(repository)], Where(state=state), keeps=False) as found:
        assert [one.one.name for one in found] == ["one"]
    assert not state.exists()


def test_inventories_are_kept_where_something_is_applied(repository: Path) -> None:
    """The next command finds them there."""
    state = repository / "state"
    with meant([str(repository)], Where(state=state), keeps=True):
        pass
    assert (state / "periplus.sqlite").is_file()


@pytest.mark.parametrize(
    ("where", "paths", "sentence"),
    [
        (Where(cluster=("three",)), True, "no cluster `three`; it has one, two"),
        (Where(cluster=("two",)), True, "`two` has no API server"),
        (Where(state=Path("nowhere")), False, "no Periplus has kept its state here"),
    ],
)
def test_what_cannot_be_meant_is_said(
    repository: Path, where: Where, *, paths: bool, sentence: str
) -> None:
    """One sentence says what to write instead."""
    named = [str(repository)] if paths else []
    with pytest.raises(UnusableError, match=sentence), meant(named, where, keeps=False):
        pass
