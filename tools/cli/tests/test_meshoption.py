"""`--mesh-config` and `--mesh-networks`."""

import json
from pathlib import Path

import pytest

from tools.cli.main import main

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: 10.0.0.9, ports: [{name: http, port: 80}]}
"""
FLEET = """\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: example}
spec:
  mesh: {outboundTrafficPolicy: {mode: %s}, rootNamespace: mesh-root}
  sets: [{name: all, paths: [configs]}]
"""
CLUSTER = "apiVersion: periplus.io/v1alpha1\nkind: Cluster\nmetadata: {name: default}\n"
PROXY = '{"type": "sidecar", "namespace": "default", "ip": "10.1.0.1"}'
CLOSED = "outboundTrafficPolicy: {mode: REGISTRY_ONLY}\n"
UNKNOWN = ["GET", "http://elsewhere.example/"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a plain directory and some files of settings beside it."""
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/web.yaml").write_text(SERVICE)
    (tmp_path / "closed.yaml").write_text(CLOSED)
    (tmp_path / "wrong.yaml").write_text("outboundTrafficPolicy: {mode: SOME}\n")
    networks = "networks: {one: {endpoints: [{fromRegistry: default}], gateways: []}}\n"
    (tmp_path / "networks.yaml").write_text(networks)
    return tmp_path


def host_of_unknown(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return the virtual host of a call that no service is for."""
    main(["route", *words, *UNKNOWN, "--proxy", PROXY])
    name: str = json.loads(capsys.readouterr().out)["virtual_host"]
    return name


def test_a_plain_directory_takes_the_settings_of_a_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is still one set for one cluster; without the file the mesh is open."""
    plain, option = str(folder / "plain"), ["--mesh-config", str(folder / "closed.yaml")]
    assert host_of_unknown(capsys, plain) == "allow_any"
    assert host_of_unknown(capsys, plain, *option) == "block_all"
    main(["compile", plain, "--proxy", PROXY, *option])
    assert "block_all" in capsys.readouterr().out


def test_a_field_of_the_file_stands_in_for_the_fleet_s(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both ways; what the file does not write stays as the Fleet has it."""
    for mode in ("ALLOW_ANY", "REGISTRY_ONLY"):
        fleet = folder / mode
        (fleet / "configs").mkdir(parents=True)
        (fleet / "clusters/default").mkdir(parents=True)
        (fleet / "fleet.yaml").write_text(FLEET % mode)
        (fleet / "clusters/default/cluster.yaml").write_text(CLUSTER)
        (fleet / "configs/web.yaml").write_text(SERVICE)
    closed = ["--mesh-config", str(folder / "closed.yaml")]
    assert host_of_unknown(capsys, str(folder / "ALLOW_ANY")) == "allow_any"
    assert host_of_unknown(capsys, str(folder / "ALLOW_ANY"), *closed) == "block_all"
    (folder / "other.yaml").write_text("enableTracing: true\n")
    other = ["--mesh-config", str(folder / "other.yaml")]
    assert host_of_unknown(capsys, str(folder / "REGISTRY_ONLY"), *other) == "block_all"


def test_both_sides_of_a_difference_have_the_settings(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same directory under the same file is no difference."""
    plain, option = str(folder / "plain"), ["--mesh-config", str(folder / "closed.yaml")]
    assert main(["diff", plain, plain, *option]) == 0
    assert "0" in capsys.readouterr().out


def test_check_says_what_is_wrong_with_the_files(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By their own names and lines; an error is one of the check."""
    plain, wrong = str(folder / "plain"), str(folder / "wrong.yaml")
    networks = str(folder / "networks.yaml")
    words = ["check", plain, "--mesh-config", wrong, "--mesh-networks", networks, "-o", "json"]
    assert main(words) == 1
    messages = json.loads(capsys.readouterr().out)["messages"]
    assert [(each["code"], each["file"], each["line"]) for each in messages][-1] == (
        *("IST0106", wrong, 1),
    )


@pytest.mark.parametrize("name", ["wrong.yaml", "absent.yaml"])
def test_a_file_that_cannot_be_used_stops_a_compile(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """With the file's name and the reason."""
    words = ["compile", str(folder / "plain"), "--proxy", PROXY]
    assert main([*words, "--mesh-config", str(folder / name)]) == 2
    assert name in capsys.readouterr().err


def test_networks_name_clusters_of_the_fleet(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fleet knows its clusters; a plain directory knows none, and says nothing."""
    fleet = folder / "fleet"
    for name, text in (
        ("fleet.yaml", FLEET % "ALLOW_ANY"),
        ("clusters/east/cluster.yaml", CLUSTER.replace("default", "east")),
        ("configs/web.yaml", SERVICE),
    ):
        (fleet / name).parent.mkdir(parents=True, exist_ok=True)
        (fleet / name).write_text(text)
    option = ["--mesh-networks", str(folder / "networks.yaml")]
    assert main(["check", str(fleet), *option]) == 1
    said = capsys.readouterr().out
    assert "IST0126: no cluster is called `default`; write one of `east`" in said
    assert main(["check", str(folder / "plain"), *option]) == 0
    assert "IST0126" not in capsys.readouterr().out
