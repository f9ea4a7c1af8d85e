"""`periplus render`: a cluster's objects, and who wrote what of them."""

from pathlib import Path

import orjson
import pytest

from libs.desired.tests.rendered import ROUTE, files, patch
from tools.cli.main import main

SERVICES = """\
---
apiVersion: v1
kind: Service
metadata: {name: reviews}
spec: {ports: [{name: http, port: 9080}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets: [{name: v1}, {name: v2}]
"""


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A fleet whose cluster east has an overlay and a variable."""
    route = ROUTE.replace("timeout: 3s", "timeout: ${t}")
    given = files(
        {
            "configs/shop/a.yaml": route + SERVICES,
            "clusters/east/a.patch.yaml": patch(
                "spec: {http: [{name: test, timeout: 7s}]}", "strategic"
            ),
        },
        "{t: 4s}",
        "{t: 5s}",
    )
    for name, text in given.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what a command that is fine writes."""
    assert main(arguments) == 0
    return capsys.readouterr().out


def test_what_is_rendered_renders_and_checks_again(
    fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The output is configuration without variables and patches that means the same."""
    first = output(capsys, "render", str(fleet), "--cluster", "east", "--provenance")
    again = tmp_path / "out" / "all.yaml"
    again.parent.mkdir()
    again.write_text(first)
    assert output(capsys, "render", str(again)) == output(
        capsys, "render", str(fleet), "--cluster", "east"
    )
    assert main(["check", str(again)]) == main(["check", str(fleet)]) == 0
    assert output(capsys, "render", str(fleet), "--cluster", "west") != first


def test_comments_say_who_wrote_what(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With file and line of patch, use and definition."""
    text = output(capsys, "render", str(fleet), "--cluster", "east", "--provenance")
    assert "# configs/shop/a.yaml:1, set shop\n" in text
    assert "#   spec.http[0].timeout: from clusters/east/a.patch.yaml:4\n" in text
    assert "#   spec.http[1].timeout: variable t (clusters/east/cluster.yaml:5)\n" in text


def test_json_has_the_objects_and_their_changes(
    fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the order of kind, namespace and name."""
    found = orjson.loads(output(capsys, "render", str(fleet), "--cluster", "east", "-o", "json"))
    assert found["cluster"] == "east"
    assert [one["object"]["kind"] for one in found["objects"]] == [
        "DestinationRule",
        "Service",
        "VirtualService",
    ]
    route = found["objects"][2]
    assert (route["set"], route["file"], route["line"]) == ("shop", "configs/shop/a.yaml", 1)
    assert route["changes"] == [
        {
            "path": "spec.http[0].timeout",
            "set": "clusters/east",
            "file": "clusters/east/a.patch.yaml",
            "line": 4,
            "by": "patch",
            "removed": False,
            "variables": [],
        },
        {
            "path": "spec.http[1].timeout",
            "set": "shop",
            "file": "configs/shop/a.yaml",
            "line": 12,
            "by": "variable",
            "removed": False,
            "variables": [{"name": "t", "file": "clusters/east/cluster.yaml", "line": 5}],
        },
    ]


def test_a_cluster_that_is_not_there_or_not_named_is_told(
    fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Usage, not an empty answer."""
    assert main(["render", str(fleet)]) == 2
    assert capsys.readouterr().err == (
        "periplus: the fleet has east, west; name one with --cluster\n"
    )
    assert main(["render", str(fleet), "--cluster", "north"]) == 2
    assert "the fleet has no cluster `north`; it has east, west" in capsys.readouterr().err


def test_an_overlay_that_does_not_fit_is_unusable_input(
    fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence names file and line; another cluster is not concerned."""
    (fleet / "clusters/east/a.patch.yaml").write_text(patch("spec: {hosts: 1}"))
    assert main(["render", str(fleet), "--cluster", "east"]) == 2
    assert "clusters/east/a.patch.yaml:4" in capsys.readouterr().err
    assert main(["render", str(fleet), "--cluster", "west"]) == 0


def test_objects_have_the_names_that_the_user_gave_their_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plain directory has patches as well, and needs no cluster's name."""
    (tmp_path / "a.yaml").write_text(ROUTE)
    (tmp_path / "a.patch.yaml").write_text(patch("spec: {hosts: [other]}"))
    text = output(capsys, "render", str(tmp_path), "--provenance")
    assert f"# {tmp_path}/a.yaml:1, set default\n" in text
    assert f"#   spec.hosts: from {tmp_path}/a.patch.yaml:4\n" in text


def test_the_origin_of_a_route_says_who_changed_it(
    fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The object's own file, then every patch and variable with its line and cluster."""
    proxy = '{"type":"sidecar","cluster":"east","namespace":"default","ip":"10.0.0.1"}'
    arguments = ["route", str(fleet), "--proxy", proxy, "GET", "http://reviews:9080/"]
    main(arguments)
    origin = orjson.loads(capsys.readouterr().out)["origin"]
    assert (origin["file"], origin["line"]) == ("configs/shop/a.yaml", 1)
    assert origin["changes"] == [
        {
            "path": "spec.http[0].timeout",
            "file": "clusters/east/a.patch.yaml",
            "line": 4,
            "cluster": "east",
            "variables": [],
        },
        {
            "path": "spec.http[1].timeout",
            "file": "configs/shop/a.yaml",
            "line": 12,
            "cluster": None,
            "variables": ["t"],
        },
    ]
