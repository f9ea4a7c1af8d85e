"""Virtual hosts on demand with real Envoys: a host is loaded by the first request for it."""

import http.client
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from protogen.envoy.config.route.v3 import route_pb2

from libs.compile.ondemand import Pieces, on_demand
from libs.kernel.xds import ROUTE, VIRTUAL_HOST, Resource, Snapshot
from tests.e2e import xdsresources as make
from tests.e2e.xdscompiler import ScriptedCompiler
from tests.e2e.xdsstack import Stack, eventually, stack
from tools.child.ports import free_ports
from tools.child.process import Child
from tools.cli.main import main
from tools.envoy.process import EnvoyProcess

STALL_S = 0.9
"""Less than the time after which a listener stops waiting for its first hosts by itself."""


@pytest.fixture
def mesh(tmp_path: Path, envoy: Path) -> Iterator[Stack]:
    """A stack to start things in."""
    with stack(tmp_path) as made:
        yield made


def routes(name: str, answers: Mapping[str, str]) -> Resource:
    """Answer each domain directly, with a body of its own."""
    message = route_pb2.RouteConfiguration(name=name)
    for domain, answer in answers.items():
        host = message.virtual_hosts.add(name=f"host of {domain}", domains=[domain])
        one = host.routes.add()
        one.match.prefix = "/"
        one.direct_response.status = 200
        one.direct_response.body.inline_string = answer
    return make.resource(ROUTE, name, message)


ANSWERS = {f"h{number}.example": f"h{number}" for number in range(50)}


@dataclass
class Served:
    """An Envoy that gets hosts on demand from a frontend with a scripted compiler."""

    mesh: Stack
    port: int
    compiler: ScriptedCompiler
    frontend: Child
    envoy: EnvoyProcess

    def publish(self, answers: Mapping[str, str], *, wait: bool = True) -> Snapshot:
        """Publish these hosts."""
        view = self.view(answers)
        self.compiler.publish(view)
        if wait:
            self.compiler.wait_status(view)
        return view

    def view(self, answers: Mapping[str, str]) -> Snapshot:
        """Cut a view with a listener and these hosts."""
        return on_demand(
            make.snapshot(make.listener(self.port, "routes"), routes("routes", answers)),
            1,
            Pieces(),
        )

    def get(self, host: str, *, body: bytes | None = None, timeout_s: float = 10) -> str:
        """Call a host; return the body of a success, else the status and the body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request("POST" if body else "GET", "/", body, {"Host": host})
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        return text if response.status == http.client.OK else f"{response.status} {text}".strip()

    def loaded(self) -> set[str]:
        """Names of the hosts that Envoy holds."""
        dump = self.envoy.admin.config_dump()
        return {
            host["name"]
            for part in dump["configs"]
            for one in part.get("dynamic_route_configs", ())
            for host in one["route_config"].get("virtual_hosts", ())
        }


@pytest.fixture
def served(mesh: Stack) -> Served:
    """Fifty hosts, none of them loaded."""
    compiler, frontend = mesh.compiler(), mesh.frontend(STATUS=f"unix:{mesh.folder}/s.sock")
    made = Served(mesh, free_ports(1)[0], compiler, frontend, None)  # type: ignore[arg-type]
    first = made.view(ANSWERS)
    compiler.publish(first)
    made.envoy = mesh.envoy(delta=True)
    made.envoy.wait_ready()
    assert eventually(lambda: _listens(made.port))
    return made


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def test_a_listener_without_loaded_hosts_starts_at_once(served: Served) -> None:
    """Trap 3: an Envoy hears of each route configuration, so its listener waits for no timeout."""
    assert served.loaded() == set()
    timeouts = served.envoy.admin.stats("vhds.*init_fetch_timeout")
    assert set(timeouts.values()) == {0}
    assert served.get("h7.example") == "h7"


def test_only_what_is_called_is_loaded(served: Served) -> None:
    """One request loads one host, and the next one for it asks nobody."""
    assert [served.get(f"h{number}.example") for number in (3, 3, 9)] == ["h3", "h3", "h9"]
    assert served.loaded() == {"routes/h3.example", "routes/h9.example"}


def test_a_change_reaches_loaded_hosts_only(served: Served) -> None:
    """A changed host that is loaded changes at once; one that is not loaded costs nothing."""
    assert served.get("h3.example") == "h3"
    before = _vhds_updates(served)
    served.publish({**ANSWERS, "h3.example": "new", "h4.example": "other"})
    assert eventually(lambda: served.get("h3.example") == "new")
    assert _vhds_updates(served) == before + 1
    assert served.get("h4.example") == "other"


def _vhds_updates(served: Served) -> int:
    return sum(served.envoy.admin.stats("vhds.*config_reload$").values())


def test_a_host_that_nobody_declared_is_refused_at_once(served: Served) -> None:
    """Trap 6: an unknown host is 404 and not a hang, the first time and later."""
    for _ in range(3):
        started_s = time.monotonic()
        assert served.get("nobody.example").startswith("404")
        assert time.monotonic() - started_s < STALL_S


def test_a_host_that_springs_into_being_is_pushed(served: Served) -> None:
    """Trap 8: Envoy does not ask again for a name it was refused; it is told when there is one."""
    assert served.get("later.example").startswith("404")
    served.publish({**ANSWERS, "later.example": "here"})
    assert eventually(lambda: served.get("later.example") == "here")


def test_a_removed_host_goes_and_comes_back(served: Served) -> None:
    """Trap 7: a host that is removed is refused, and served again when it is there again."""
    assert served.get("h3.example") == "h3"
    served.publish({key: value for key, value in ANSWERS.items() if key != "h3.example"})
    assert eventually(lambda: served.get("h3.example").startswith("404"))
    served.publish({**ANSWERS, "h3.example": "again"})
    assert eventually(lambda: served.get("h3.example") == "again")


def test_wildcards_hide_no_host(served: Served) -> None:
    """Wildcards are resolved by the server in Envoy's order, so each host gets its own routes."""
    answers = {**ANSWERS, "*": "any", "*.wild.example": "wild", "*.very.wild.example": "very"}
    served.publish({**answers, "begin.*": "begin"})
    asked = {
        "elsewhere.example": "any",
        "a.wild.example": "wild",
        "a.very.wild.example": "very",
        "begin.anything": "begin",
        "wild.example": "any",
        "H5.Example": "h5",
        "h6.example": "h6",
    }
    assert {host: served.get(host) for host in asked} == asked


def test_a_host_of_its_own_takes_over_from_a_wildcard(served: Served) -> None:
    """When a host gets rules of its own, they replace those of the wildcard that it was given."""
    served.publish({**ANSWERS, "*": "any"})
    assert served.get("own.example") == "any"
    served.publish({**ANSWERS, "*": "any", "own.example": "own"})
    assert eventually(lambda: served.get("own.example") == "own")
    served.publish({**ANSWERS, "*": "any"})
    assert eventually(lambda: served.get("own.example") == "any")


def test_the_port_of_the_host_counts_as_it_does_for_pushed_routes(served: Served) -> None:
    """Trap 5: Envoy asks with the port; a domain without it does not match, as when pushed."""
    served.publish({**ANSWERS, "p.example:8080": "with port"})
    assert served.get("p.example:8080") == "with port"
    assert served.get("p.example").startswith("404")
    assert served.get("h2.example:8080").startswith("404")


def test_a_body_waits_for_its_host(served: Served) -> None:
    """Trap 10: a large first request is served, and many at once ask once."""
    assert served.get("h8.example", body=b"x" * 200_000) == "h8"


def test_a_new_control_plane_takes_over_what_is_loaded(served: Served) -> None:
    """While the control plane is away loaded hosts go on; an unloaded one fails fast."""
    assert served.get("h1.example") == "h1"
    assert served.get("gone.example").startswith("404")
    served.frontend.kill()
    assert served.get("h1.example") == "h1"
    started_s = time.monotonic()
    assert served.get("h2.example").startswith("503 The routes of this host are not loaded")
    assert time.monotonic() - started_s < 7
    served.frontend = served.mesh.frontend()
    view = served.publish({**ANSWERS, "h1.example": "new", "gone.example": "came"})
    assert view.of(VIRTUAL_HOST)
    assert eventually(lambda: served.get("h1.example") == "new")
    assert eventually(lambda: served.get("gone.example") == "came")
    assert served.get("h2.example") == "h2"


def test_a_proxy_that_starts_anew_gets_its_working_set(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """What proxies of a class called is loaded by the next one without a request, and told."""
    assert [served.get(f"h{number}.example") for number in (3, 9)] == ["h3", "h9"]
    assert served.get("nobody.example").startswith("404")
    status = f"unix:{served.mesh.folder}/s.sock"
    assert main(["proxies", "hosts", "web.default", "--status", status]) == 0
    assert capsys.readouterr().out.split() == ["routes/h3.example", "routes/h9.example"]
    served.envoy.kill()
    served.envoy.start()
    served.envoy.wait_ready()
    expected = {"routes/h3.example", "routes/h9.example"}
    assert eventually(lambda: served.loaded() == expected)


def test_two_thousand_made_up_hosts_leave_the_rest_alone(served: Served) -> None:
    """Trap 13: random Host headers cost little, and everybody else is served."""
    for number in range(2000):
        assert served.get(f"random{number}.example").startswith("404")
    assert served.get("h1.example") == "h1"
    served.publish({**ANSWERS, "h1.example": "new"})
    assert eventually(lambda: served.get("h1.example") == "new")
