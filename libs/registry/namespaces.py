"""The labels of namespaces, which settings of a mesh select by."""

from collections.abc import Iterable, Mapping

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.namespace import Namespace

NAME_LABEL = "kubernetes.io/metadata.name"
"""The label that Kubernetes gives every namespace."""

NamespaceLabels = Mapping[str, Mapping[str, str]]
"""What is written of namespaces, by name."""


def labels_of(namespace: str, known: NamespaceLabels) -> Mapping[str, str]:
    """Return the labels of a namespace; of one that nobody describes the name is known."""
    return {**known.get(namespace, {}), NAME_LABEL: namespace}


def changed_labels(
    known: NamespaceLabels, removed: Iterable[MeshObject], added: Iterable[MeshObject]
) -> NamespaceLabels:
    """Return the labels after some Namespaces went and others came."""
    gone = [one.metadata.name for one in removed if isinstance(one, Namespace)]
    new = {one.metadata.name: one.metadata.labels for one in added if isinstance(one, Namespace)}
    if not gone and not new:
        return known
    return {name: one for name, one in known.items() if name not in gone} | new
