"""`periplus hash` gives equal fingerprints for spellings that Envoy takes as equal."""

import json
from pathlib import Path

import pytest
from google.protobuf import any_pb2
from protogen.envoy.config.cluster.v3 import cluster_pb2

from tools.cli.main import main

CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster"


def hashed(capsys: pytest.CaptureFixture[str], *paths: Path) -> list[dict[str, str]]:
    """Run the command and return its rows."""
    assert main(["hash", *map(str, paths), "-o", "json"]) == 0
    rows: list[dict[str, str]] = json.loads(capsys.readouterr().out)["resources"]
    return rows


def test_json_yaml_bytes_and_dumps_agree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One cluster in four kinds of file has one fingerprint."""
    cluster = {"@type": CLUSTER, "name": "c", "connectTimeout": "1.0s"}
    dump = {"configs": [{"dynamic_active_clusters": [{"cluster": cluster}]}]}
    (tmp_path / "a.json").write_text(json.dumps(cluster))
    (tmp_path / "b.yaml").write_text(f"connect_timeout: 1s\nname: c\n'@type': {CLUSTER}\n")
    message = cluster_pb2.Cluster(name="c")
    message.connect_timeout.seconds = 1
    packed = any_pb2.Any(type_url=CLUSTER, value=message.SerializeToString())
    (tmp_path / "c.bin").write_bytes(packed.SerializeToString())
    (tmp_path / "d.json").write_text(json.dumps(dump))
    rows = hashed(capsys, *sorted(tmp_path.iterdir()))
    assert {row["name"] for row in rows} == {"c"}
    assert len(rows) == 4
    assert len({row["fingerprint"] for row in rows}) == 1


def test_a_file_without_resources_is_unusable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing to hash is status 2, with the file's name."""
    (tmp_path / "x.json").write_text("{}")
    assert main(["hash", str(tmp_path / "x.json")]) == 2
    assert "x.json: holds no Envoy resource" in capsys.readouterr().err
