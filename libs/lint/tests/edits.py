"""What tests write into a small fleet: texts of objects that get in each other's way."""

from collections.abc import Iterator, Mapping
from functools import cache

from hypothesis import strategies as st

from libs.desired.directory import read_fleet
from libs.desired.fleetview import FleetView
from libs.desired.layout import layout
from libs.desired.sets import set_entries
from libs.kernel.ids import BlobId, SetName
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedFile, ParsedObject
from libs.ports.gitrepo import EntryKind, TreeEntry

_FLEET = """\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {{name: example}}
spec:
  mesh: {mesh}
  sets:
  - {{name: all, paths: [configs/all]{allow}}}
  - {{name: some, paths: [configs/some], clusters: {{matchLabels: {{env: prod}}}}}}
  - {{name: few, paths: [configs/few], clusters: {{matchLabels: {{{few}}}}}}}
"""
_CLUSTER = """\
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {{name: {name}, labels: {{env: {env}, region: {name}}}}}
spec: {{connection: {{{connection}}}}}
"""


def _fleet(
    mesh: str = "{}", allow: str = "", few: str = "region: west", west: str = "static: {}"
) -> dict[str, str]:
    clusters = (("east", "prod", "static: {}"), ("south", "test", "context: s"))
    return {
        "fleet.yaml": _FLEET.format(mesh=mesh, allow=allow, few=few),
        **{
            f"clusters/{name}/cluster.yaml": _CLUSTER.format(name=name, env=env, connection=how)
            for name, env, how in (*clusters, ("west", "prod", west))
        },
    }


FLEETS = {
    "first": _fleet(),
    "another root": _fleet(mesh="{rootNamespace: shop}"),
    "kinds": _fleet(allow=", allow: {kinds: [Service, VirtualService]}"),
    "another selector": _fleet(few="env: prod"),
    "another connection": _fleet(west="context: w"),
}
"""Files of a fleet of three clusters, in a few variants of one edit each."""


def _istio(kind: str, name: str, namespace: str, spec: str, more: str = "") -> str:
    return (
        f"apiVersion: networking.istio.io/v1\nkind: {kind}\n"
        f"metadata: {{name: {name}, namespace: {namespace}{more}}}\nspec: {spec}\n---\n"
    )


def _core(kind: str, name: str, namespace: str, rest: str, version: str = "v1") -> str:
    return (
        f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}, namespace: {namespace}"
        f"{rest}\n---\n"
    )


def _services() -> Iterator[str]:
    ports = "ports: [{name: http, port: 80}, {name: metrics, port: 9090}]"
    yield _core("Service", "web", "shop", f"}}\nspec: {{selector: {{app: web}}, {ports}}}")
    yield _core("Service", "web", "shop", "}\nspec: {ports: [{name: tcp, port: 70}]}")
    yield _core("Service", "web", "mail", "}\nspec: {clusterIP: None, ports: [{port: 80}]}")
    yield _core("Service", "db", "shop", "}\nspec: {type: ExternalName, externalName: db.example}")
    entry = "resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}]"
    yield _istio(
        "ServiceEntry",
        "web",
        "shop",
        f"{{hosts: [web.example], {entry}, endpoints: [{{address: 10.0.0.5}}]}}",
    )
    yield _istio("ServiceEntry", "wide", "shop", "{hosts: ['*.example'], resolution: NONE}")
    yield _istio(
        "ServiceEntry",
        "more",
        "shop",
        f"{{hosts: [web.example, web.shop.svc.cluster.local], {entry}, "
        "workloadSelector: {labels: {app: web}}}",
    )
    labels = "address: 10.0.0.{}, labels: {{app: web, version: {}}}"
    yield _istio("WorkloadEntry", "one", "shop", f"{{{labels.format(1, 'v1')}}}")
    yield _istio(
        "WorkloadEntry", "two", "shop", f"{{{labels.format(2, 'v2')}, ports: {{http: 8}}}}"
    )
    yield _core(
        "EndpointSlice",
        "web-1",
        "shop",
        ", labels: {kubernetes.io/service-name: web}}\naddressType: IPv4\n"
        "ports: [{name: http, port: 8080}]\nendpoints: [{addresses: [10.0.0.9], "
        "targetRef: {kind: WorkloadEntry, name: one, namespace: shop}}]",
        "discovery.k8s.io/v1",
    )
    yield _core("Pod", "web-1", "shop", ", labels: {app: web}}\nspec: {containers: [{name: a}]}")
    yield "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"


def _routes() -> Iterator[str]:
    route = "route: [{destination: {host: %s}}]"
    web = f"http: [{{{route % 'web'}}}]"
    yield _istio("VirtualService", "web", "shop", f"{{hosts: [web], {web}}}")
    yield _istio("VirtualService", "also", "shop", f"{{hosts: [web, wbe], {web}}}")
    stated = ", annotations: {periplus.io/priority: '9'}"
    yield _istio("VirtualService", "first", "shop", f"{{hosts: [web], {web}}}", stated)
    subset = "http: [{route: [{destination: {host: web, subset: v1}}]}]"
    yield _istio("VirtualService", "v1", "shop", f"{{hosts: [a.example], {subset}}}")
    bound = "gateways: [edge/edge, edge/wide]"
    yield _istio("VirtualService", "b", "mail", f"{{hosts: [web.example], {bound}, {web}}}")
    yield _istio("VirtualService", "c", "mail", f"{{hosts: ['*.example'], {bound}, {web}}}")
    yield _istio("VirtualService", "d", "mail", f"{{hosts: [wbe.example], {bound}, {web}}}")
    host = "web.shop.svc.cluster.local"
    one = "subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v9}}]"
    yield _istio("DestinationRule", "web", "shop", f"{{host: web, {one}}}")
    yield _istio("DestinationRule", "again", "shop", f"{{host: {host}, {one}}}")
    yield _istio("DestinationRule", "wide", "shop", f"{{host: '*.example', {one}}}")
    yield _istio("DestinationRule", "far", "mail", f"{{host: {host}, {one}}}")


def _edges() -> Iterator[str]:
    port = "port: {number: 80, name: http, protocol: HTTP}"
    server = f"servers: [{{{port}, hosts: ['*.example']}}]"
    yield _istio("Gateway", "edge", "edge", f"{{selector: {{app: edge}}, {server}}}")
    yield _istio("Gateway", "wide", "edge", f"{{selector: {{app: edge}}, {server}}}")
    egress = "egress: [{hosts: ['./*', 'shop/web.shop.svc.cluster.local', '*/wbe.example']}]"
    selector = "workloadSelector: {labels: {app: web}}"
    yield _istio("Sidecar", "general", "shop", f"{{{egress}}}")
    yield _istio("Sidecar", "second", "shop", f"{{{egress}}}")
    yield _istio("Sidecar", "web", "shop", f"{{{selector}, {egress}}}")
    yield _istio("Sidecar", "web2", "shop", f"{{{selector}, {egress}}}")


OBJECTS = (*_services(), *_routes(), *_edges())
"""One object each."""

TEXTS = (*OBJECTS, "# A comment moves what stands below it.\n")
"""Objects, and a comment."""


Files = Mapping[str, str]
Read = tuple[FleetView, dict[SetName, tuple[ParsedObject, ...]]]
PLACES = tuple(f"configs/{name}/{file}.yaml" for name in ("all", "some", "few") for file in "ab")

EDITS = st.lists(
    st.tuples(
        st.sampled_from(("fleet.yaml", *PLACES)),
        st.lists(st.sampled_from(TEXTS), max_size=6, unique=True),
        st.sampled_from(sorted(FLEETS)),
    ),
    min_size=2,
    max_size=12,
)


@cache
def parsed(path: str, text: str) -> ParsedFile:
    """Parse a file once, as the services do: objects of an untouched file stay the same."""
    return parse_file(path, text.encode())


def read(files: Files) -> Read:
    """Read a repository of valid files."""
    entries = [TreeEntry(path, EntryKind.FILE, BlobId(path)) for path in sorted(files)]
    found = layout(entries)
    reading = read_fleet(found, {path: parsed(path, text) for path, text in files.items()})
    assert reading.view is not None, reading.messages
    sets = set_entries(reading.view, entries)
    return reading.view, {
        name: tuple(
            one for entry in each.entries for one in parsed(entry.path, files[entry.path]).objects
        )
        for name, each in sets.items()
    }


def states(changes: list[tuple[str, list[str], str]]) -> list[Files]:
    """Return the states of a repository after each of some edits."""
    files: dict[str, str] = dict(FLEETS["first"])
    found: list[Files] = []
    for path, texts, fleet in changes:
        files = {name: text for name, text in files.items() if name.startswith("configs/")}
        files |= FLEETS[fleet] if path == "fleet.yaml" else FLEETS["first"]
        if path != "fleet.yaml":
            files[path] = "".join(texts)
        found.append(dict(files))
    return found
