"""A generated repository of a whole fleet: teams, a platform, and clusters that are not alike."""

from collections.abc import Iterator

from tests.bench import monorepo

CLUSTERS = 10
_APPS_PER_TEAM = 20
_OBJECTS_PER_APP = 10
ROUTES_PER_APP = 2
_REGIONS = ("eu-west", "us-east", "us-west", "ap-south", "sa-east")


def files(routes: int, clusters: int = CLUSTERS) -> Iterator[tuple[str, bytes]]:
    """Give path and content of each file: `routes` VirtualServices that every cluster gets.

    Beside them each cluster has workloads and services of its own, some of which belong to
    services of the teams: no two clusters are alike.
    """
    apps = max(1, routes // ROUTES_PER_APP)
    teams = -(-apps // _APPS_PER_TEAM)
    yield "fleet.yaml", _fleet(teams).encode()
    yield "configs/platform/edge.yaml", _EDGE.encode()
    yield from monorepo.files(apps * _OBJECTS_PER_APP)
    for number in range(clusters):
        folder = f"clusters/cluster{number:02}"
        yield f"{folder}/cluster.yaml", _cluster(number).encode()
        yield f"{folder}/workloads.yaml", _workloads(number, apps).encode()


def _fleet(teams: int) -> str:
    sets = "".join(
        f"""  - name: team{team:03}
    paths: [configs/team{team:03}]
    allow: {{namespaces: [team{team:03}]}}
"""
        for team in range(teams)
    )
    return f"""apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {{name: bench}}
spec:
  sets:
  - {{name: platform, paths: [configs/platform]}}
{sets}"""


def _cluster(number: int) -> str:
    return f"""apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata:
  name: cluster{number:02}
  labels: {{env: prod, region: {_REGIONS[number % len(_REGIONS)]}}}
spec:
  connection: {{static: {{}}}}
"""


def _workloads(number: int, apps: int) -> str:
    """Give all workloads of two teams, others in every cluster, and a service of its own."""
    parts = [
        _workload(number, index, ((number * 7 + index // _APPS_PER_TEAM) * 20 + index) % apps, one)
        for index in range(2 * _APPS_PER_TEAM)
        for one in (1, 2)
    ]
    parts.append(
        f"""apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: local-storage, namespace: storage}}
spec:
  hosts: [storage.cluster{number:02}.example.org]
  location: MESH_EXTERNAL
  resolution: DNS
  ports:
  - {{number: 443, name: tls, protocol: TLS}}
"""
    )
    return "---\n".join(parts)


def _workload(number: int, index: int, app: int, version: int) -> str:
    return f"""apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata:
  name: machine{index:03}-v{version}
  namespace: team{app // _APPS_PER_TEAM:03}
spec:
  address: 10.{number}.{version}.{index + 1}
  labels:
    app: app{app:05}
    version: v{version}
  serviceAccount: app{app:05}
"""


_EDGE = """apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: ["*.example.com"]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: gateways}
spec:
  gatewayClassName: istio
  listeners:
  - name: https
    hostname: "*.example.net"
    port: 80
    protocol: HTTP
    allowedRoutes: {namespaces: {from: All}}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: istio-system}
spec:
  egress:
  - hosts: ["./*", "istio-system/*"]
"""
