"""Fleets for tests of rendering: texts in, objects as they are written out."""

from collections.abc import Mapping
from typing import Any

from libs.desired.directory import contents_from_files
from libs.desired.rendering import Rendered, Rendering
from libs.kernel.ids import ClusterName
from libs.kernel.messages import errors
from libs.meshapi.dump import written

EAST, WEST = ClusterName("east"), ClusterName("west")
Files = Mapping[str, str]


def fleet(*sets: str, variables: str = "{}") -> str:
    """Return a fleet.yaml; each set is what stands behind its `-`."""
    listed = "".join(f"  - {one}\n" for one in sets)
    return (
        "apiVersion: periplus.io/v1alpha1\nkind: Fleet\nmetadata: {name: example}\n"
        f"spec:\n  variables: {variables}\n  sets:\n{listed}"
    )


def cluster(name: str, variables: str = "{}") -> str:
    """Return a cluster.yaml of a static cluster."""
    return (
        "apiVersion: periplus.io/v1alpha1\nkind: Cluster\n"
        f"metadata: {{name: {name}, labels: {{name: {name}}}}}\nspec:\n  variables: {variables}\n"
    )


def files(more: Files, east: str = "{}", west: str = "{}", variables: str = "{}") -> Files:
    """Return a fleet of set `shop` in two clusters, with their variables."""
    return {
        "fleet.yaml": fleet("{name: shop, paths: [configs/shop]}", variables=variables),
        "clusters/east/cluster.yaml": cluster("east", east),
        "clusters/west/cluster.yaml": cluster("west", west),
        **more,
    }


def render(given: Files, name: ClusterName = EAST) -> Rendered:
    """Render a cluster of files that have no error by themselves."""
    read = contents_from_files({path: text.encode() for path, text in given.items()})
    assert read.view is not None, read.messages
    assert not errors(read.messages), read.messages
    return Rendering(read.view, read.contents).cluster(name)


def objects(given: Files, name: ClusterName = EAST) -> list[dict[str, Any]]:
    """Return the objects of a cluster that has no error, as they are written."""
    found = render(given, name)
    assert not found.findings, found.findings
    return [written(one.item.object) for one in found.objects]


def spec(given: Files, name: ClusterName = EAST) -> dict[str, Any]:
    """Return the spec of a cluster's only object."""
    (one,) = objects(given, name)
    found: dict[str, Any] = one["spec"]
    return found


def said(given: Files, name: ClusterName = EAST) -> list[str]:
    """Return what is wrong when a cluster is rendered."""
    return [str(one.message) for one in render(given, name).findings]


ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - name: test
    match: [{headers: {tester: {exact: "yes"}}}]
    route:
    - destination: {host: reviews, subset: v2}
  - name: main
    timeout: 3s
    route:
    - destination: {host: reviews, subset: v1}
      weight: 90
    - destination: {host: reviews, subset: v2}
      weight: 10
"""
HEAD = "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"


def patch(body: str, way: str = "merge", name: str = "reviews") -> str:
    """Return a patch of the VirtualService; `body` stands below its identity."""
    annotations = f", annotations: {{periplus.io/patch: {way}}}" if way != "merge" else ""
    return f"{HEAD}metadata: {{name: {name}{annotations}}}\n{body}"


def operations(*lines: str) -> str:
    """Return a JSON patch of the VirtualService."""
    return patch("patch:\n" + "".join(f"- {line}\n" for line in lines), "json")
