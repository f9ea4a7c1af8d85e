"""An authority's process, agents with their Envoys, and calls between those over mutual TLS."""

import http.client
import json
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from google.protobuf.json_format import MessageToDict
from protogen.envoy.extensions.transport_sockets.tls.v3 import tls_pb2

from libs.adapters.sql.store import open_store
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.envoy import tls
from libs.envoy.configsource import AGENT_CLUSTER
from libs.kernel.ids import ClusterName
from libs.pki.authority import Authority, cacerts
from libs.pki.issuing import Life, new_intermediate, new_root
from libs.pki.jointokens import new_token, token_hash
from libs.pki.keys import new_key
from libs.ports.jointokens import JoinToken
from tools.child.ports import free_ports
from tools.child.process import Child, ChildSpec

DAY_S = 86_400.0
DOMAIN = "cluster.local"
CLOCK, RNG = SystemClock(), SystemRng()
_PAUSE_S = 0.01
_HCM = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3."
_ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
_HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def a_root(name: str = "mesh") -> Authority:
    """Make a root."""
    return new_root(new_key(), name, Life(CLOCK.now_s(), 30 * DAY_S), RNG)


def an_intermediate(root: Authority, cluster: str) -> Authority:
    """Make the authority of a cluster."""
    return new_intermediate(root, new_key(), cluster, Life(CLOCK.now_s(), 20 * DAY_S), RNG)


def write_pems(place: Path, values: Mapping[str, bytes]) -> None:
    """Write files so that none is ever seen half."""
    place.mkdir(parents=True, exist_ok=True)
    for name, value in values.items():
        fresh = place / f".{name}"
        fresh.write_bytes(value)
        fresh.replace(place / name)


@dataclass
class Certifying:
    """The authority's process over a folder of clusters; a mesh of its own, if it is another."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    ports: Sequence[int] = field(default_factory=lambda: free_ports(2))
    child: Child | None = None

    @property
    def authorities(self) -> Path:
        """Folder with a folder for each cluster."""
        return self.folder / "authorities"

    @property
    def log(self) -> str:
        """What it said."""
        return (self.folder / "ca.log").read_text(encoding="utf-8")

    def put(self, cluster: str, authority: Authority) -> None:
        """Let an authority sign for a cluster from now on."""
        write_pems(self.authorities / cluster, cacerts(authority))

    def start(self) -> None:
        """Start it, also once more, and wait until it listens."""
        settings = {
            "LISTEN": f"127.0.0.1:{self.ports[0]}",
            "LISTEN_MUTUAL": f"127.0.0.1:{self.ports[1]}",
            "AUTHORITIES": str(self.authorities),
            "STORE_URL": f"sqlite:///{self.folder / 'store.db'}",
            **self.env,
        }
        env = {f"PERIPLUS_CA_{key}": value for key, value in settings.items()}
        log = self.folder / "ca.log"
        log.unlink(missing_ok=True)
        command = [sys.executable, "-m", "services.ca"]
        self.child = Child(ChildSpec("authority", command, log, env))
        self.child.wait_until("listen", lambda: '"ca ready"' in self.log, 20)

    def stop(self) -> None:
        """End it. May be repeated."""
        if self.child is not None:
            self.child.stop()

    def token(self, cluster: str, namespace: str, account: str, life_s: float = 60) -> str:
        """Make a join token."""
        token, now_s = new_token(RNG), CLOCK.now_s()
        kept = JoinToken(
            token_hash(token), ClusterName(cluster), namespace, account, now_s + life_s
        )
        with closing(open_store(f"sqlite:///{self.folder / 'store.db'}")) as store:
            store.add_join_token(kept, now_s)
        return token


@dataclass
class Agent:
    """`periplus proxy run` as a process."""

    folder: Path
    child: Child

    @property
    def log(self) -> str:
        """What it and its Envoy said."""
        return (self.folder / "agent.log").read_text(encoding="utf-8")

    def certificates(self) -> int:
        """Count the certificates that it got so far."""
        return self.log.count('"certificate in use"')

    def wait(self, text: str, timeout_s: float = 20) -> None:
        """Wait until the log has a text."""
        self.child.wait_until(f"say {text}", lambda: text in self.log, timeout_s)


@dataclass
class Rig:
    """What one test runs. Everything ends with it."""

    folder: Path
    envoy: Path
    exits: ExitStack

    def certifying(self, name: str, root: Authority, *clusters: str, **env: str) -> Certifying:
        """Start an authority with an intermediate for each cluster."""
        signing = {cluster: an_intermediate(root, cluster) for cluster in clusters}
        return self.certifying_by(name, root, signing, **env)

    def certifying_by(
        self, name: str, root: Authority, signing: Mapping[str, Authority], **env: str
    ) -> Certifying:
        """Start an authority with these for each cluster."""
        folder = self.folder / name
        folder.mkdir()
        made = Certifying(folder, {"DEFAULT_CLUSTER": next(iter(signing)), **env})
        for cluster, authority in signing.items():
            made.put(cluster, authority)
        write_pems(folder, {"roots.pem": cacerts(root)["root-cert.pem"]})
        made.start()
        self.exits.callback(made.stop)
        return made

    def agent(
        self,
        ca: Certifying,
        cluster: str,
        account: str,
        bootstrap: Mapping[str, Any] | None,
        *options: str,
        token: str = "",
    ) -> Agent:
        """Start an agent of a service account in namespace `shop`, and wait for its certificate."""
        folder = self.folder / f"agent-{account}-{cluster}-{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        token = token or ca.token(cluster, "shop", account)
        (folder / "token").write_text(token, encoding="utf-8")
        proxy = {
            "type": "sidecar",
            "namespace": "shop",
            "service_account": account,
            "cluster": cluster,
            "ips": ["127.0.0.1"],
        }
        command = [sys.executable, "-m", "tools.cli", "proxy", "run"]
        command += ["--proxy", json.dumps(proxy), "--folder", str(folder / "run")]
        command += ["--ca-address", f"127.0.0.1:{ca.ports[0]}"]
        command += ["--ca-mutual-address", f"127.0.0.1:{ca.ports[1]}"]
        command += ["--ca-roots", str(ca.folder / "roots.pem"), "--token", str(folder / "token")]
        command += ["--envoy", str(self.envoy), "--drain-s", "0", *options]
        if bootstrap is not None:
            (folder / "given.json").write_text(json.dumps(bootstrap), encoding="utf-8")
            command += ["--envoy-bootstrap", str(folder / "given.json")]
        child = Child(ChildSpec(f"agent {account}", command, folder / "agent.log"))
        self.exits.callback(child.stop, 20)
        return Agent(folder, child)


@contextmanager
def rig(folder: Path, envoy: Path) -> Iterator[Rig]:
    """Give a rig, and end what it started."""
    with ExitStack() as exits:
        yield Rig(folder, envoy, exits)


def answering(port: int, says: str, callers: Sequence[str] = ()) -> dict[str, Any]:
    """A bootstrap: mutual TLS at a port with `callers`, or anybody of the mesh; a fixed answer."""
    common = tls_pb2.CommonTlsContext()
    tls.use_agent(common)
    tls.expect_names(common, callers)
    route = {
        "match": {"prefix": "/"},
        "direct_response": {"status": 200, "body": {"inline_string": says}},
    }
    socket = tls.accepting(common, client_certificate=True)
    return _bootstrap(says, [_listener(port, route, MessageToDict(socket))], [])


def calling(server_port: int, doors: Mapping[int, str]) -> dict[str, Any]:
    """A bootstrap: plain calls at each door go on over mutual TLS, a new connection for each.

    They go to the server if it has the name that the door expects.
    """
    clusters = [_towards(f"server-{port}", server_port, name) for port, name in doors.items()]
    listeners = [
        _listener(port, {"match": {"prefix": "/"}, "route": {"cluster": f"server-{port}"}}, None)
        for port in doors
    ]
    return _bootstrap("caller", listeners, clusters)


def _towards(name: str, server_port: int, expected: str) -> dict[str, Any]:
    common = tls_pb2.CommonTlsContext()
    tls.use_agent(common)
    tls.expect_names(common, [expected])
    one_each = {
        "@type": f"type.googleapis.com/{_HTTP}",
        "common_http_protocol_options": {"max_requests_per_connection": 1},
        "explicit_http_config": {"http_protocol_options": {}},
    }
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "2s",
        "transport_socket": MessageToDict(tls.towards(common, "")),
        "typed_extension_protocol_options": {_HTTP: one_each},
        "load_assignment": _at(name, _address(server_port)),
    }


def _bootstrap(
    node: str, listeners: list[dict[str, Any]], clusters: list[dict[str, Any]]
) -> dict[str, Any]:
    known = [agent_cluster("SOCKET"), *clusters]
    return {
        "node": {"id": node, "cluster": "test"},
        "admin": {"address": _address(0)},
        "static_resources": {"listeners": listeners, "clusters": known},
    }


def agent_cluster(socket: str) -> dict[str, Any]:
    """Return the cluster at which an Envoy finds the agent at a Unix socket."""
    return {
        "name": AGENT_CLUSTER,
        "type": "STATIC",
        "typed_extension_protocol_options": {
            _HTTP: {
                "@type": f"type.googleapis.com/{_HTTP}",
                "explicit_http_config": {"http2_protocol_options": {}},
            }
        },
        "load_assignment": _at(AGENT_CLUSTER, {"pipe": {"path": socket}}),
    }


def _listener(
    port: int, route: Mapping[str, Any], socket: Mapping[str, Any] | None
) -> dict[str, Any]:
    manager = {
        "@type": f"{_HCM}HttpConnectionManager",
        "stat_prefix": "in",
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {"@type": _ROUTER}}],
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
    }
    chain: dict[str, Any] = {
        "filters": [
            {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
        ]
    }
    if socket is not None:
        chain["transport_socket"] = socket
    return {"name": f"in-{port}", "address": _address(port), "filter_chains": [chain]}


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _at(name: str, address: Mapping[str, Any]) -> dict[str, Any]:
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": address}}]}]
    return {"cluster_name": name, "endpoints": endpoints}


def get(port: int) -> str:
    """Call an Envoy in the clear; return the body, or the status where it is no 200."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", "/")
        response = connection.getresponse()
        body = response.read().decode()
        return body if response.status == http.client.OK else str(response.status)


class Load:
    """Calls without a pause to speak of; every one that is not answered as it should is kept."""

    def __init__(self, port: int, expected: str) -> None:
        """Prepare calls to a port."""
        self.answers = 0
        self.failures: list[str] = []
        self._port, self._expected = port, expected
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._stopped.set()
        self._thread.join(20)

    def _run(self) -> None:
        while not self._stopped.wait(_PAUSE_S):
            try:
                answer = get(self._port)
            except (OSError, http.client.HTTPException) as error:
                answer = repr(error)
            if answer == self._expected:
                self.answers += 1
            else:
                self.failures.append(answer)
