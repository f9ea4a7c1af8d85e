"""Deliveries of forges: who may have sent one, and which event it is called.

A delivery is believed only that something may have happened. Which forge it is from is a setting;
headers of another forge count for nothing.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from libs.adapters.forges.limits import DELIVERY_AGE_S_MAX, DELIVERY_BYTES_MAX
from libs.adapters.forges.reading import at

Headers = Sequence[tuple[str, str]]
"""All headers in the order in which they came; names in lower case."""


_ID_CHARS_MAX: Final = 200


class ForgeKind(StrEnum):
    """The forges that are understood."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"
    BITBUCKET = "bitbucket"


class Concern(StrEnum):
    """What a delivery is about."""

    PUSH = "push"
    PULL_REQUEST = "pull request"
    OTHER = "other"


class RefusedError(Exception):
    """A delivery that nobody acts on; the text has no part of it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A genuine delivery. `id` is equal for repetitions of one."""

    id: str
    concern: Concern


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one repository of a forge sends its deliveries, and the secret that both know."""

    kind: ForgeKind
    repository: str
    secret: str


def read(endpoint: Endpoint, headers: Headers, body: bytes, now_s: float) -> Delivery:
    """Verify a delivery and say what it is about. `now_s` counts seconds since the epoch.

    Raises RefusedError for what is not signed with the secret, too long, too old, repeated in its
    headers, no JSON, or about another repository.
    """
    if len(body) > DELIVERY_BYTES_MAX:
        raise RefusedError(f"longer than {DELIVERY_BYTES_MAX} bytes")
    form = _FORMS[endpoint.kind]
    form.verify(endpoint.secret, headers, body, now_s)
    if _one(headers, "content-type").partition(";")[0].strip().lower() != "application/json":
        raise RefusedError("not of the content type application/json; choose it at the forge")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError("no JSON") from error
    if at(content, *form.repository) != endpoint.repository:
        raise RefusedError("about another repository")
    event = _one(headers, form.event)
    concern = next((one for start, one in form.concerns if event.startswith(start)), Concern.OTHER)
    return Delivery(_id(form, headers), concern)


def _github(secret: str, headers: Headers, body: bytes, _now_s: float) -> None:
    _compare(_one(headers, "x-hub-signature-256"), f"sha256={_hex(secret, body)}")


def _bitbucket(secret: str, headers: Headers, body: bytes, _now_s: float) -> None:
    _compare(_one(headers, "x-hub-signature"), f"sha256={_hex(secret, body)}")


def _gitea(secret: str, headers: Headers, body: bytes, _now_s: float) -> None:
    forgejo = [value for name, value in headers if name == "x-forgejo-signature"]
    name = "x-forgejo-signature" if forgejo else "x-gitea-signature"
    _compare(_one(headers, name), _hex(secret, body))


def _gitlab(secret: str, headers: Headers, body: bytes, now_s: float) -> None:
    """Check the signature of a signing secret, or the token where the secret is none."""
    if not secret.startswith(_SIGNING):
        _compare(_one(headers, "x-gitlab-token"), secret)
        return
    id_, stamp = _one(headers, "webhook-id"), _one(headers, "webhook-timestamp")
    if not (stamp.isascii() and stamp.isdigit()) or abs(now_s - int(stamp)) > DELIVERY_AGE_S_MAX:
        raise RefusedError("too old, or without a time")
    key = _key(secret.removeprefix(_SIGNING))
    signed = f"{id_}.{stamp}.".encode() + body
    digest = hmac.digest(key, signed, hashlib.sha256)
    wanted = f"v1,{base64.b64encode(digest).decode()}"
    offered = _one(headers, "webhook-signature").split()
    if not any(hmac.compare_digest(one.encode(), wanted.encode()) for one in offered):
        raise RefusedError("not signed with the secret")


_SIGNING: Final = "whsec_"


def _key(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise RefusedError(
            "the secret in the settings is no key: whsec_ and then base64"
        ) from error


@dataclass(frozen=True, slots=True)
class _Form:
    """How the deliveries of a forge look."""

    verify: Callable[[str, Headers, bytes, float], None]
    event: str
    ids: tuple[str, ...]
    repository: tuple[str, ...]
    concerns: tuple[tuple[str, Concern], ...]


_FORMS: Final[Mapping[ForgeKind, _Form]] = {
    ForgeKind.GITHUB: _Form(
        _github,
        "x-github-event",
        ("x-github-delivery",),
        ("repository", "full_name"),
        (("push", Concern.PUSH), ("pull_request", Concern.PULL_REQUEST)),
    ),
    ForgeKind.GITLAB: _Form(
        _gitlab,
        "x-gitlab-event",
        ("webhook-id", "x-gitlab-event-uuid"),
        ("project", "path_with_namespace"),
        (("Push Hook", Concern.PUSH), ("Merge Request Hook", Concern.PULL_REQUEST)),
    ),
    ForgeKind.GITEA: _Form(
        _gitea,
        "x-gitea-event",
        ("x-gitea-delivery",),
        ("repository", "full_name"),
        (("push", Concern.PUSH), ("pull_request", Concern.PULL_REQUEST)),
    ),
    ForgeKind.BITBUCKET: _Form(
        _bitbucket,
        "x-event-key",
        ("x-request-uuid", "x-request-id"),
        ("repository", "full_name"),
        (("repo:push", Concern.PUSH), ("pullrequest:", Concern.PULL_REQUEST)),
    ),
}


def _one(headers: Headers, name: str) -> str:
    """Return the value of a header that has to be there exactly once."""
    found = [value for each, value in headers if each == name]
    if len(found) != 1:
        raise RefusedError(f"{'without' if not found else 'more than one'} header {name}")
    return found[0]


def _id(form: _Form, headers: Headers) -> str:
    """Return the first of a form's names of a delivery that is there."""
    known = [name for name in form.ids if any(each == name for each, _ in headers)]
    found = _one(headers, known[0] if known else form.ids[0])
    if not found:
        raise RefusedError(f"without header {form.ids[0]}")
    return found[:_ID_CHARS_MAX]


def _hex(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _compare(offered: str, wanted: str) -> None:
    if not hmac.compare_digest(offered.encode(), wanted.encode()):
        raise RefusedError("not signed with the secret")
