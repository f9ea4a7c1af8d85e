"""Facts of a real API server as a file."""

from pathlib import Path

import pytest

from libs.desired.facts import read_facts
from libs.kernel.ids import ClusterName
from libs.kernel.messages import errors
from tools.cli.main import main
from tools.cli.tests.kubecontexts import contexts
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled


def test_exported_facts_are_a_file_of_the_repository(
    kube_fleet: Fleet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It reads without a mistake, and has what the cluster has and no more."""
    (server,) = pooled(kube_fleet)
    container = {"name": "c", "image": "i", "env": [{"name": "E", "value": "planted"}]}
    pod = {"metadata": {"name": "p", "labels": {"app": "web"}}, "spec": {"containers": [container]}}
    assert server.call("POST", "/api/v1/namespaces/default/pods", pod).status == 201
    spec = {"ports": [{"port": 80, "targetPort": "web"}], "selector": {"app": "web"}}
    service = {"metadata": {"name": "web"}, "spec": spec}
    assert server.call("POST", "/api/v1/namespaces/default/services", service).status == 201
    config = str(contexts(tmp_path / "config", server))
    arguments = ["export", "facts", "east", "--context", server.name, "--kubeconfig", config]
    assert main([*arguments, "--repository", str(tmp_path)]) == 0
    text = (tmp_path / "clusters/east/facts.yaml").read_bytes()
    assert b"planted" not in text
    reading = read_facts(ClusterName("east"), text)
    assert not errors(reading.messages)
    assert reading.facts is not None
    found = {str(one.key) for one in reading.facts.objects}
    assert {"Pod default/p", "Service default/web", "Namespace kube-system"} <= found
    assert reading.facts.observed is not None
    assert main(arguments) == 0
    _, _, said = capsys.readouterr().out.partition("---")
    assert said == text.decode().partition("---")[2]
