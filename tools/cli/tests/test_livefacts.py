"""Facts of a real API server as a file."""

from pathlib import Path

import pytest

from libs.kernel.messages import errors
from libs.meshapi.parse import parse_file
from tools.cli.main import main
from tools.cli.tests.kubecontexts import contexts
from tools.kubeapi.fleet import Fleet


def test_exported_facts_are_a_file_of_the_repository(
    kube_fleet: Fleet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It reads without a mistake, and has what the cluster has and no more."""
    server = kube_fleet.server("facts")
    container = {"name": "c", "image": "i", "env": [{"name": "E", "value": "planted"}]}
    pod = {"metadata": {"name": "p", "labels": {"app": "web"}}, "spec": {"containers": [container]}}
    assert server.call("POST", "/api/v1/namespaces/default/pods", pod).status == 201
    spec = {"ports": [{"port": 80, "targetPort": "web"}], "selector": {"app": "web"}}
    service = {"metadata": {"name": "web"}, "spec": spec}
    assert server.call("POST", "/api/v1/namespaces/default/services", service).status == 201
    config = str(contexts(tmp_path / "config", server))
    arguments = ["export", "facts", "east", "--context", "facts", "--kubeconfig", config]
    assert main([*arguments, "--repository", str(tmp_path)]) == 0
    text = (tmp_path / "clusters/east/facts.yaml").read_bytes()
    assert b"planted" not in text
    parsed = parse_file("facts.yaml", text)
    assert not errors(parsed.messages)
    found = {str(one.object.key) for one in parsed.objects}
    assert {"Pod default/p", "Service default/web", "Namespace kube-system"} <= found
    assert main(arguments) == 0
    assert capsys.readouterr().out == text.decode()
