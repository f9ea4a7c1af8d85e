"""The caller that an old rule is for: a service becomes the labels of its workloads."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from libs.meshapi.dialects.istioservice import IstioService, host_of, split
from libs.meshapi.dialects.run import Old, Run
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.problems import Path
from libs.meshapi.quoting import quoted

_USUAL_LABEL = "app"


@dataclass(frozen=True, slots=True)
class Caller:
    """Workloads of a namespace that have all of these labels; any namespace when it is empty.

    `name` is that of the service that they are.
    """

    name: str
    labels: Mapping[str, str]
    namespace: str


def caller_of(old: Old[MeshObject], path: Path, source: IstioService, run: Run) -> Caller | None:
    """Return the workloads that `source` means; None when nothing of today means them.

    A rule for an unknown caller must not become a rule for everybody, so it is left out then.
    """
    if not (source.name or source.service):
        return Caller("labelled", source.labels, "")
    host = host_of(source, old.namespace, run.context.domain)
    found = split(host, run.context.domain)
    if found is None:
        text = f"no workload of the mesh is {quoted(host)}, so nothing is left of this object"
        run.lost(old, path, text)
        return None
    namespace, name = found
    service = run.context.services.get(found)
    selector = {_USUAL_LABEL: name} if service is None else service.spec.selector
    if service is None:
        text = (
            f"no Service {quoted(name)} of namespace `{namespace}` stands beside this object; its "
            f"workloads are taken to have the label `{_USUAL_LABEL}: {name}`, correct that if not"
        )
        run.approximate(old, path, text)
    elif not selector:
        text = f"Service {quoted(name)} selects no workloads, so nothing is left of this object"
        run.lost(old, path, text)
        return None
    return _narrowed(old, path, Caller(name, selector, namespace), source.labels, run)


def _narrowed(
    old: Old[MeshObject], path: Path, caller: Caller, labels: Mapping[str, str], run: Run
) -> Caller | None:
    other = [key for key, value in labels.items() if caller.labels.get(key, value) != value]
    if other:
        text = f"no workload of the caller has this value of {quoted(other[0])}; nothing is left"
        run.lost(old, path, f"{text} of this object")
        return None
    return replace(caller, labels={**caller.labels, **labels})
