"""Whoever runs an Envoy asks it on Istio's ports whether it is ready, and for its statistics."""

import http.client
from pathlib import Path

from libs.envoy import probes
from libs.envoy.bootstrap import BootstrapSettings, bootstrap
from tests.e2e import smallfleet
from tests.e2e import xdsresources as make
from tests.e2e.xdsstack import NODE, eventually, stack
from tools.child.ports import free_ports
from tools.envoy.process import EnvoyProcess


def _asked(host: str, port: int, path: str) -> tuple[int, str]:
    """Return status and body; 0 where nobody listens yet."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except OSError as error:
        return 0, str(error)
    finally:
        connection.close()


def test_an_envoy_is_ready_once_it_has_its_view_and_shows_nothing_else(
    tmp_path: Path, envoy: Path
) -> None:
    """Before its first view a probe fails; the rest of the admin interface stays closed."""
    assert envoy.is_file()
    host = smallfleet.fresh_loopback_address()
    served, admin_port = free_ports(2)
    with stack(tmp_path) as mesh:
        backend, compiler = mesh.backend("one"), mesh.compiler()
        mesh.frontend()
        settings = BootstrapSettings(
            NODE, "127.0.0.1", mesh.port, admin_port=admin_port, probes=host
        )
        mesh.exits.enter_context(EnvoyProcess(bootstrap(settings)))
        ready = probes.READY_PORT, probes.READY_PATH
        assert eventually(lambda: _asked(host, *ready)[0] in (0, 503))
        view = make.web(served, {"one": backend}, "one")
        compiler.publish(view)
        compiler.wait_status(view)
        assert eventually(lambda: _asked(host, *ready)[0] == http.client.OK)
        status, text = _asked(host, probes.STATS_PORT, probes.STATS_PATH)
        assert status == http.client.OK
        assert "envoy_cluster_upstream_cx_total" in text
        for port in (probes.READY_PORT, probes.STATS_PORT):
            assert _asked(host, port, "/quitquitquit")[0] == http.client.NOT_FOUND
            assert _asked(host, port, "/config_dump")[0] == http.client.NOT_FOUND
