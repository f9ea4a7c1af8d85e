"""Whose an object is that a cluster has: ours, to be taken over, or somebody else's."""

from dataclasses import dataclass

from libs.observed.managedfields import APPLY, applied_by, managers
from libs.planning.manifests import ADOPT, OWNER, Manifest
from libs.planning.policy import SetPolicy
from libs.ports.kubecluster import FIELD_MANAGER, LiveObject

_MASTERS = frozenset({"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet"})
"""Parts of Kubernetes write into everybody's objects and own none of them."""


@dataclass(frozen=True, slots=True)
class Ours:
    """We made it. `take_from` are managers that lose it to us."""

    take_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Theirs:
    """Somebody else's, and what to do about it, as one sentence."""

    reason: str


def annotated_owner(live: LiveObject) -> str:
    """Return the owner that an object's annotation names; empty for none."""
    found: str = (live.metadata.get("annotations") or {}).get(OWNER, "")
    return found


def is_of_fleet(live: LiveObject, fleet: str) -> bool:
    """Say whether a fleet applied an object, whichever of its sets it was for."""
    mine = annotated_owner(live).startswith(f"{fleet}/")
    return mine and applied_by(live.body, FIELD_MANAGER) is not None


def claim(wanted: Manifest, live: LiveObject, fleet: str, policy: SetPolicy) -> Ours | Theirs:
    """Judge an object that is there and in no inventory of ours."""
    if is_of_fleet(live, fleet):
        return Ours()
    other = annotated_owner(live)
    if other and not other.startswith(f"{fleet}/"):
        return Theirs(
            f"it belongs to `{other}`; remove it there, with pruning off, before it is taken here"
        )
    owners = _owners(live)
    if wanted.annotations.get(ADOPT) == "true" or not owners:
        return Ours(owners)
    refused = [name for name in owners if name not in policy.adopt_from]
    if not refused:
        return Ours(owners)
    return Theirs(
        f'it is there already and `{refused[0]}` made it; annotate it with `{ADOPT}: "true"` in'
        f" git, or add `{refused[0]}` to `adoptFrom` of the set, to take it over"
    )


def _owners(live: LiveObject) -> tuple[str, ...]:
    """Return who wrote the object itself: not its status, and not as a part of Kubernetes."""
    found = [
        one.name
        for one in managers(live.body)
        if not one.subresource and one.name != FIELD_MANAGER and one.name not in _MASTERS
    ]
    return tuple(dict.fromkeys(found))


def edited_by_hand(live: LiveObject) -> bool:
    """Say whether all who wrote an object beside us are people with kubectl, who edited it."""
    others = _owners(live)
    return bool(others) and all(name.startswith("kubectl") for name in others)


def appliers(live: LiveObject) -> tuple[str, ...]:
    """Return other managers that apply the object, and would apply it again."""
    return tuple(
        one.name
        for one in managers(live.body)
        if one.operation == APPLY and one.name != FIELD_MANAGER and not one.subresource
    )
