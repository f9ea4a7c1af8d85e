"""A fleet of two clusters for tests, with some of its files changed."""

from libs.desired.directory import contents_from_files
from libs.desired.facts import facts_in
from libs.kernel.messages import errors
from libs.routediff.side import Side

_FLEET = """apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: two}
spec:
  sets:
  - name: all
    paths: [configs/all]
    clusters: {matchLabels: {env: prod}}
"""
_CLUSTER = """apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: %s, labels: {env: prod}}
spec: {connection: {static: {}}}
"""
_SERVICES = """apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: web-v1, namespace: default}
spec: {address: 10.0.0.1, labels: {app: web, version: v1}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: default}
spec:
  host: web
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
"""
_RULE = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: default}
spec:
  hosts: [web]
  http: [%s]
"""
RULES = "configs/all/rules.yaml"
TO_V1 = "{route: [{destination: {host: web, subset: v1}}]}"
TO_V2 = "{route: [{destination: {host: web, subset: v2}}]}"


def rule(*http: str) -> str:
    """Return a VirtualService with these rules."""
    return _RULE % ", ".join(http)


def side(**rules: str) -> Side:
    """Return the fleet with other files: their text by path, where `__` stands for a slash."""
    files = {
        "fleet.yaml": _FLEET,
        "clusters/east/cluster.yaml": _CLUSTER % "east",
        "clusters/west/cluster.yaml": _CLUSTER % "west",
        "configs/all/services.yaml": _SERVICES,
        RULES: rule(TO_V1),
    } | {f"{name.replace('__', '/')}.yaml": text for name, text in rules.items()}
    tree = {name: text.encode() for name, text in files.items() if text}
    found = contents_from_files(tree)
    wrong = errors(found.messages)
    if wrong or found.view is None:
        raise ValueError("\n".join(map(str, wrong)))
    return Side(found.view, found.contents, facts_in(tree))
