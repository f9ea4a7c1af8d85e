"""Secrets that stand in the repository for everybody to read."""

from collections.abc import Iterator, Mapping, Sequence

from libs.desired.finding import Finding, finding
from libs.kernel.ids import SetName
from libs.lint.interface import across
from libs.lint.rules import PLAIN_SECRET
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.secret import Secret
from libs.meshapi.unrendered import OPERATIONS, Patch, Template, Unrendered

_FIELDS = ("data", "stringData", OPERATIONS)
_TEXT = (
    "this Secret has its values in the repository, where everybody who reads it can read them, in "
    "its history as well; change these values, remove the object, and keep the new ones in the "
    "cluster, in the compiler's folder of secrets, or as a SealedSecret"
)


def check(contents: Mapping[SetName, Sequence[ParsedObject]]) -> Iterator[Finding]:
    """Refuse every Secret with a value, wherever its set goes. No message has any of the value."""
    for name, objects in sorted(contents.items()):
        for one in objects:
            field = _field_with_values(one.object)
            if field is not None:
                place = (one.positions.at((field,)), one.key)
                yield finding(PLAIN_SECRET, place, (name,), _TEXT)


def _field_with_values(secret: MeshObject) -> str | None:
    """Return the field of a Secret, or of a template or patch for one, that has its values."""
    if isinstance(secret, Secret):
        return "data" if secret.data else "stringData" if secret.string_data else None
    if isinstance(secret, Unrendered) and (secret.group, secret.kind) == ("", "Secret"):
        return next((one for one in _FIELDS if secret.content.get(one)), None)
    return None


CHECKS = tuple(
    across(kind, lambda _, one: check({one.set: (one.parsed,)}))
    for kind in (Secret, Template, Patch)
)
