"""Who may do what: people with tokens, of which only fingerprints are known here."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from libs.rollout.orders import Person


class Role(StrEnum):
    """What somebody may do."""

    VIEWER = "viewer"
    """look at rollouts and their history"""
    APPROVER = "approver"
    """approve waves as well, where a wave's rule lets the groups of the person"""
    OPERATOR = "operator"
    """pause, resume, abort and skip as well, and approve as above"""


_ALLOWED = {
    Role.VIEWER: frozenset({Role.VIEWER}),
    Role.APPROVER: frozenset({Role.VIEWER, Role.APPROVER}),
    Role.OPERATOR: frozenset(Role),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSettings:
    """Somebody with a token. Whoever has the token is that person."""

    name: str
    """Name or mail address, as git knows it: authors of a change are known by it."""
    token_sha256: str
    """SHA-256 of the token in hexadecimal digits; the token itself is nowhere."""
    role: Role = Role.VIEWER
    """viewer, approver or operator."""
    groups: tuple[str, ...] = ()
    """Groups that approvals may demand."""

    def __post_init__(self) -> None:
        """A person has a name, and a fingerprint is one."""
        if not self.name:
            raise ValueError("a person needs a name")
        if len(self.token_sha256) != 64 or set(self.token_sha256) - set("0123456789abcdef"):
            raise ValueError(f"the token of `{self.name}` is no SHA-256 in hexadecimal digits")


def found(people: Iterable[PersonSettings], authorization: str) -> PersonSettings | None:
    """Return whose token an `Authorization` header has; every token takes the same time."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    given = hashlib.sha256(token.strip().encode()).hexdigest()
    matching = [one for one in people if hmac.compare_digest(given, one.token_sha256)]
    return matching[0] if matching else None


def may(person: PersonSettings, role: Role) -> bool:
    """Say whether somebody may do what a role is needed for."""
    return role in _ALLOWED[person.role]


def person_of(settings: PersonSettings) -> Person:
    """Return somebody as rollouts know him."""
    return Person(settings.name, settings.groups)
