"""The objects of one cluster, from what the user named."""

from pathlib import Path

import pytest

from libs.desired.tests.rendered import ROUTE, patch
from libs.kernel.ids import ClusterName
from tools.cli.clusterobjects import named_cluster, placed_in, read_desired
from tools.cli.errors import UnusableError


def test_a_fleet_of_one_cluster_needs_no_name(tmp_path: Path) -> None:
    """A plain directory has one."""
    (tmp_path / "a.yaml").write_text(ROUTE)
    found = named_cluster([str(tmp_path)], "")
    assert found.cluster == "default"
    assert [one.key.name for one in found.placed] == ["reviews"]


def test_broken_files_are_unusable(tmp_path: Path) -> None:
    """With the user's own name of the file."""
    (tmp_path / "a.yaml").write_text("kind: [\n")
    with pytest.raises(UnusableError, match=f"{tmp_path}/a.yaml"):
        read_desired([str(tmp_path)])


def test_overlays_that_do_not_fit_are_unusable(tmp_path: Path) -> None:
    """Nothing is compared or compiled without them."""
    (tmp_path / "a.yaml").write_text(ROUTE)
    (tmp_path / "a.patch.yaml").write_text(patch("spec: {hosts: [a]}", name="other"))
    found = read_desired([str(tmp_path)])
    with pytest.raises(UnusableError, match="there is no VirtualService default/other to patch"):
        placed_in(ClusterName("default"), found.view, found.contents)
