"""Random edits of a small cluster: few names, so that objects meet, miss and replace each other."""

import json
from dataclasses import dataclass

from libs.kernel.messages import errors
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parse import parse_file
from tests.agree.dice import Dice
from tests.simulation import specs, words
from tests.simulation.meshes import draw_settings

Objects = dict[ObjectKey, tuple[MeshObject, Origin]]


@dataclass(frozen=True, slots=True)
class Edit:
    """What one change takes away and what it writes; `mesh` are other settings of the mesh."""

    removed: tuple[ObjectKey, ...]
    added: tuple[tuple[MeshObject, Origin], ...]
    mesh: MeshSettings | None = None


def draw(dice: Dice, known: Objects) -> Edit:
    """Draw an edit: often one object, seldom a move of many, sometimes only labels or lines."""
    kind = dice.number(0, 19)
    if dice.chance(0.02):
        return Edit((), (), draw_settings(dice))
    if kind == 0 and known:
        return _moved(dice, known)
    if kind <= 3 and known:
        return _labelled(dice, dice.one(list(known.values())))
    if kind <= 7 and known:
        return Edit((dice.one(list(known)),), ())
    several = [_drawn(dice) for _ in range(dice.number(2, 4) if kind == 19 else 1)]
    return Edit((), tuple(one for one in several if one is not None))


def applied(known: Objects, edit: Edit) -> Objects:
    """Return the objects after an edit."""
    result = {key: one for key, one in known.items() if key not in edit.removed}
    return result | {one.key: (one, origin) for one, origin in edit.added}


def _moved(dice: Dice, known: Objects) -> Edit:
    """Shift lines: the same objects, written elsewhere."""
    line = dice.number(1, 99)
    some = dice.some(list(known.values()), 3)
    return Edit((), tuple((one, Origin(origin.file, line)) for one, origin in some))


def _labelled(dice: Dice, placed: tuple[MeshObject, Origin]) -> Edit:
    one, origin = placed
    labels = {**one.metadata.labels, "note": dice.one(("x", "y", "z"))}
    annotations = dict(one.metadata.annotations)
    if dice.chance(0.3):
        annotations["periplus.io/priority"] = str(dice.number(0, 3))
    metadata = one.metadata.model_copy(update={"labels": labels, "annotations": annotations})
    return Edit((), ((one.model_copy(update={"metadata": metadata}), origin),))


def _drawn(dice: Dice) -> tuple[MeshObject, Origin] | None:
    """Draw an object; None for one that nobody may write."""
    kind = dice.one(tuple(specs.KINDS))
    written = {"name": dice.one(words.NAMES), "namespace": dice.one(words.NAMESPACES)}
    text = specs.KINDS[kind](dice)
    metadata = {**written, **text.pop("metadata", {})}
    if not metadata["namespace"]:
        metadata.pop("namespace")  # of a kind that stands in none
    if dice.chance(0.2):
        metadata["annotations"] = {"periplus.io/priority": str(dice.number(0, 3))}
    body = json.dumps(
        {"apiVersion": specs.VERSIONS[kind], "kind": kind, "metadata": metadata, **text}
    )
    parsed = parse_file(f"{kind}.yaml", body.encode())
    if errors(parsed.messages) or not parsed.objects:
        return None
    return parsed.objects[0].object, Origin(f"{kind}.yaml", dice.number(1, 9))
