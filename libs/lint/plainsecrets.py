"""Secrets that stand in the repository for everybody to read."""

from collections.abc import Iterator, Mapping, Sequence

from libs.desired.finding import Finding, finding
from libs.kernel.ids import SetName
from libs.lint.interface import across
from libs.lint.rules import PLAIN_SECRET
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.secret import Secret

_TEXT = (
    "this Secret has its values in the repository, where everybody who reads it can read them, in "
    "its history as well; change these values, remove the object, and keep the new ones in the "
    "cluster, in the compiler's folder of secrets, or as a SealedSecret"
)


def check(contents: Mapping[SetName, Sequence[ParsedObject]]) -> Iterator[Finding]:
    """Refuse every Secret with a value, wherever its set goes. No message has any of the value."""
    for name, objects in sorted(contents.items()):
        for one in objects:
            secret = one.object
            if isinstance(secret, Secret) and (secret.data or secret.string_data):
                path = ("data",) if secret.data else ("stringData",)
                place = (one.positions.at(path), one.key)
                yield finding(PLAIN_SECRET, place, (name,), _TEXT)


CHECKS = (across(Secret, lambda _, one: check({one.set: (one.parsed,)})),)
