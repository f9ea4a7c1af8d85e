"""The contract of the command line: exit statuses, sentences, JSON."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.cli.main import main
from tools.demo.repository import EXAMPLE

PROXY = {
    "type": "sidecar",
    "ip": "127.1.1.11",
    "labels": {"app": "productpage", "version": "v1"},
    "cluster": "cluster1",
    "metadata": {"INTERCEPTION_MODE": "NONE"},
}
SERVICE = """apiVersion: v1
kind: Service
metadata: {name: reviews}
spec:
  ports: [{name: http, port: 9080}]
"""


def periplus(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command as its users do."""
    return subprocess.run(
        [sys.executable, "-m", "tools.cli", *arguments],
        cwd=EXAMPLE,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_the_version_is_a_line_on_standard_output() -> None:
    """`periplus --version` prints the version and nothing else."""
    done = periplus("--version")
    assert done.returncode == 0
    assert done.stdout.count(".") == 2
    assert done.stderr == ""


def test_standard_input_is_a_path() -> None:
    """`-` works as PATH in a real command line, and names the place of an error on stderr."""
    stdin = SERVICE.replace("ports:", "portss:")
    done = periplus("compile", "-", "--proxy", json.dumps(PROXY), stdin=stdin)
    assert done.returncode == 2
    assert done.stderr.startswith("periplus: stdin.yaml:5:3: error IST0106: Service default/revi")
    assert done.stdout == ""


def test_output_to_a_closed_pipe_is_quiet() -> None:
    """A reader that goes away, such as `head`, gets no traceback."""
    command = f"{sys.executable} -m tools.cli compile . --proxy '{json.dumps(PROXY)}' | head -c 1"
    done = subprocess.run(
        ["sh", "-c", command], cwd=EXAMPLE, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.stdout, done.stderr) == ("{", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nonsense"], 'Unknown command "nonsense".'),
        (["up"], 'Command "up" parameter --repository requires an argument.'),
        (["up", "--repository", "x", "--poll-s", "0"], "--poll-s is 0.0; write a number of sec"),
        (["demo", "--pushes", "-1"], "--pushes is -1; write 0 or more"),
        (["compile", ".", "--proxy", "{"], "--proxy: the proxy is no JSON"),
        (["compile", ".", "--proxy", "absent.json"], "--proxy absent.json: No such file"),
        (["compile", ".", "--proxy", '{"type":"router"}'], "the proxy is in cluster `default`"),
        (["proxy", "bootstrap", "--proxy", '{"type":"router"}', "--xds-address", "x"], "--xds-ad"),
        (["status", "--state", "absent"], "absent: no Periplus has kept its state here"),
        (["proxies", "--store", "nonsense"], "the store"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_unusable_input_is_one_sentence_and_status_2(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    sentence: str,
) -> None:
    """Whatever cannot be used ends with status 2 and one line on stderr that says why."""
    monkeypatch.chdir(EXAMPLE)
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"periplus: {sentence}")
    assert output.err.count("\n") == 1


def test_compile_prints_resources_by_kind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The JSON has all five kinds, and the resources carry Istio's names."""
    monkeypatch.chdir(EXAMPLE)
    assert main(["compile", ".", "--proxy", json.dumps(PROXY)]) == 0
    content = json.loads(capsys.readouterr().out)
    assert list(content) == ["listeners", "routes", "clusters", "endpoints", "secrets"]
    assert [route["name"] for route in content["routes"]] == ["9080"]
    names = {cluster["name"] for cluster in content["clusters"]}
    assert {"outbound|9080||reviews.default.svc.cluster.local", "inbound|9080||"} <= names


def test_compile_reads_the_proxy_from_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--proxy FILE` and a plain folder work, and a fleet of one cluster needs no cluster name."""
    (tmp_path / "service.yaml").write_text(SERVICE)
    proxy = tmp_path / "proxy.json"
    proxy.write_text(json.dumps(PROXY | {"cluster": "elsewhere"}))
    assert main(["compile", str(tmp_path), "--proxy", str(proxy), "-o", "text"]) == 0
    assert "clusters outbound|9080||reviews.default.svc.cluster.local" in capsys.readouterr().out


def test_bootstrap_says_who_the_envoy_is(capsys: pytest.CaptureFixture[str]) -> None:
    """The bootstrap has Istio's node id and metadata, and the chosen variant of the protocol."""
    arguments = ["--proxy", json.dumps(PROXY), "--name", "productpage-v1", "--sotw"]
    assert main(["proxy", "bootstrap", *arguments, "--xds-address", "[::1]:15010"]) == 0
    content = json.loads(capsys.readouterr().out)
    node = content["node"]
    assert node["id"] == "sidecar~127.1.1.11~productpage-v1.default~default.svc.cluster.local"
    assert node["metadata"]["LABELS"] == PROXY["labels"]
    assert node["metadata"]["CLUSTER_ID"] == "cluster1"
    assert node["metadata"]["INTERCEPTION_MODE"] == "NONE"
    assert content["dynamic_resources"]["ads_config"]["api_type"] == "GRPC"


def test_bootstrap_takes_settings_of_a_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a ProxyConfig says stands in the node, and what only a process can have is said."""
    (tmp_path / "mesh.yaml").write_text(
        "apiVersion: networking.istio.io/v1beta1\nkind: ProxyConfig\nmetadata: {name: a}\n"
        "spec: {concurrency: 3}\n"
    )
    arguments = [str(tmp_path), "--proxy", '{"type":"sidecar"}']
    assert main(["proxy", "bootstrap", *arguments]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["node"]["metadata"]["PROXY_CONFIG"] == {"concurrency": 3}
    assert "--concurrency 3" in said.err
