"""What an API server's answer to one step means."""

from dataclasses import replace

from libs.kernel.inventory import InventoryRecord, Phase
from libs.observed.managedfields import applied_by, leaves
from libs.planning.comparing import same
from libs.planning.plan import Step
from libs.planning.rounds import fingerprint_of
from libs.ports.kubecluster import (
    FIELD_MANAGER,
    Apply,
    Body,
    Delete,
    LiveObject,
    Refusal,
    Refused,
    Replace,
    Unanswered,
    WriteResult,
)

_IMMUTABLE_WORDS = ("immutable", "may not be changed", "updates to")


def apply_of(step: Step) -> Apply:
    """Return the write of a step that makes or changes an object."""
    return Apply(step.body, step.uid, step.resource_version, force=step.force)


def delete_of(step: Step) -> Delete:
    """Return the write of a step that deletes an object, if it is still as it was seen."""
    return Delete(step.key, step.uid, step.resource_version)


def handed_over(live: LiveObject, losing: tuple[str, ...]) -> Replace:
    """Return the write that ends what other managers own of an object."""
    kept = [
        entry
        for entry in live.metadata.get("managedFields", ())
        if entry.get("manager") not in losing or entry.get("subresource")
    ]
    return Replace({**live.body, "metadata": {**live.metadata, "managedFields": kept}})


def changes_nothing(dry: LiveObject, live: LiveObject | None) -> bool:
    """Say whether a dry run leaves an object, and what we own of it, as they are."""
    if live is None or dry.uid != live.uid:
        return False
    return same(dry.body, live.body) and _ours(dry.body) == _ours(live.body)


def _ours(body: Body) -> set[tuple[str, ...]] | None:
    fields = applied_by(body, FIELD_MANAGER)
    return None if fields is None else set(leaves(fields))


def applied(record: InventoryRecord, live: LiveObject) -> InventoryRecord:
    """Return what the inventory says of an object that the server has as we want it."""
    return replace(
        record,
        phase=Phase.APPLIED,
        uid=live.uid,
        generation=live.generation,
        owned=fingerprint_of(live),
    )


def is_immutable(result: WriteResult) -> bool:
    """Say whether a server refused to change what cannot be changed; a conflict never is that."""
    if not isinstance(result, Refused) or result.code is not Refusal.INVALID:
        return False
    texts = [result.reason, *(cause.message for cause in result.causes)]
    return any(word in text for text in texts for word in _IMMUTABLE_WORDS)


def reason_of(result: Refused | Unanswered) -> str:
    """Return why a write did not happen, with what to do about it where that is known."""
    if isinstance(result, Unanswered):
        return result.reason
    if result.code is Refusal.FIELD_CONFLICT and result.conflicts:
        owned: dict[str, list[str]] = {}
        for one in sorted(result.conflicts):
            owned.setdefault(one.manager, []).append(one.field)
        told = "; ".join(f"`{who}` owns {', '.join(paths)}" for who, paths in owned.items())
        return f"{told}; leave these fields to it, or let it give them up"
    if is_immutable(result):
        return (
            f"{result.reason}; annotate the object with `periplus.io/recreate: allowed` to let it"
            " be deleted and made anew"
        )
    return result.reason


def may_pass(result: Refused | Unanswered) -> bool:
    """Say whether the same write may succeed later without anybody changing git."""
    if isinstance(result, Unanswered):
        return True
    return result.code in {Refusal.STALE, Refusal.TERMINATING, Refusal.EXISTS, Refusal.ABSENT}
