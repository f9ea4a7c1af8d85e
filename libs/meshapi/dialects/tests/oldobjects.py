"""Old objects from text, and a conversion that knows what stands beside them."""

from libs.meshapi.dialects.run import Context, Old, Run, context_of
from libs.meshapi.dialects.subsets import subset_names
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parse import parse_file

HEAD = (
    "apiVersion: config.istio.io/v1alpha2\nkind: {kind}\nmetadata: {{name: one, namespace: shop}}\n"
)


def old(kind: str, spec: str) -> Old[MeshObject]:
    """Read one old object of namespace `shop`; `spec` is YAML in one line."""
    parsed = parse_file("old.yaml", (HEAD.format(kind=kind) + f"spec: {spec}\n").encode())
    (one,) = parsed.objects
    return Old(one.object, one)


def run_beside(text: str = "") -> Run:
    """Start a conversion beside the objects of a file."""
    beside = [one.object for one in parse_file("beside.yaml", text.encode()).objects]
    context: Context = context_of(beside)
    return Run(context, subset_names(()))


def said(run: Run) -> list[str]:
    """Return what was noted, without places."""
    return [one.text for one in run.notes]
