"""Objects for tests of rules, from the few words that matter."""

from typing import Any

from libs.meshapi.kinds import MODELS
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.problems import Problem
from libs.meshapi.quoting import path_text
from libs.meshapi.rules.table import problems_in


def mesh_object(kind: str, **spec: Any) -> MeshObject:
    """Return an object of `kind` with a spec in users' names, judged by its types only.

    `group/kind` tells kinds apart that have one name; Istio's comes without.
    """
    group, _, name = kind.rpartition("/")
    model = next(
        one for one in MODELS if one.__name__ == name and (not group or group == one.GROUP)
    )
    version = str(model.model_fields["api_version"].default)
    raw = {"apiVersion": version, "kind": name, "metadata": {"name": "a"}, "spec": spec}
    return model.model_validate(raw)


def paths(obj: MeshObject) -> list[str]:
    """Return where the rules find something, as users read it."""
    found: list[Problem] = list(problems_in(obj))
    return [path_text(problem.path) for problem in found]
