"""What an API server's answer means: done, refused with a code, or no verdict.

A Status may quote what was sent. Of a Secret it is therefore never shown more than which field is
meant, and of anything else no more than `REASON_CHARS_MAX` characters.
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import orjson

from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import (
    Cause,
    FieldConflict,
    Refusal,
    Refused,
    Unanswered,
)

REASON_CHARS_MAX = 500
_DENIED = re.compile(r"(admission webhook .* denied the request|denied request)")
_WEBHOOK_FAILED = "failed calling webhook"
_NOT_READ = re.compile("failed to create typed patch object|illegal base64 data")
"""What a server says, under the code of a failure of its own, of what it was sent."""
_NO_DRY_RUN = "does not support dry run"
_MANAGER = re.compile(r'conflict with "([^"]*)"')
_PLAIN = {
    HTTPStatus.UNAUTHORIZED: Refusal.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN: Refusal.FORBIDDEN,
    HTTPStatus.NOT_FOUND: Refusal.ABSENT,
    HTTPStatus.CONFLICT: Refusal.STALE,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Refusal.TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY: Refusal.INVALID,
    HTTPStatus.BAD_REQUEST: Refusal.INVALID,
}


def status_of(body: bytes) -> Mapping[str, Any]:
    """Return the Status that an error has as its body; an empty one where there is none."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, Mapping) and found.get("kind") == "Status" else {}


def write_verdict(
    key: ObjectKey, code: int, body: bytes, retry_after_s: float | None
) -> Refused | Unanswered:
    """Judge an answer that is an error."""
    status = status_of(body)
    message = str(status.get("message", ""))
    shown = _shown(key, code, status)
    if code == HTTPStatus.TOO_MANY_REQUESTS:
        return Unanswered(f"{key}: the server asks for patience", False, retry_after_s or 1.0)
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR and _NOT_READ.search(message):
        return Refused(Refusal.INVALID, shown)
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # What a webhook did not let through was not stored; of anything else nobody knows.
        return Unanswered(shown, _WEBHOOK_FAILED not in message, retry_after_s)
    conflicts = tuple(_conflicts(status))
    if conflicts:
        others = ", ".join(f"{one.manager} owns {one.field}" for one in conflicts[:5])
        return Refused(Refusal.FIELD_CONFLICT, f"{key}: {others}", conflicts)
    return Refused(_code(code, status, message), shown, causes=tuple(_causes(key, status)))


def raise_for_read(what: str, code: int, body: bytes, retry_after_s: float | None) -> None:
    """Raise what reading raises for an answer that is an error."""
    status = status_of(body)
    reason = f"{what}: {_words(code, status)}"
    if code == HTTPStatus.TOO_MANY_REQUESTS:
        raise WaitingError(f"{what}: the server asks for patience", retry_after_s or 1.0)
    if code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise StalledError(f"{reason}; give the account this permission")
    raise TransientError(reason)


def _code(code: int, status: Mapping[str, Any], message: str) -> Refusal:
    if status.get("reason") == "AlreadyExists":
        return Refusal.EXISTS
    if _DENIED.search(message):
        return Refusal.REJECTED
    if _NO_DRY_RUN in message:
        return Refusal.NO_DRY_RUN
    if any(one.get("reason") == "NamespaceTerminating" for one in _raw_causes(status)):
        return Refusal.TERMINATING
    return _PLAIN.get(HTTPStatus(code), Refusal.OTHER) if code in _KNOWN else Refusal.OTHER


_KNOWN = frozenset(int(one) for one in HTTPStatus)


def _shown(key: ObjectKey, code: int, status: Mapping[str, Any]) -> str:
    if key.kind == "Secret":
        fields = ", ".join(str(one.get("field", "")) for one in _raw_causes(status))
        where = f" at {fields}" if fields else ""
        reason = status.get("reason") or "no reason given"
        return f"{key}: the server answers {code} ({reason}){where}"[:REASON_CHARS_MAX]
    return f"{key}: {_words(code, status)}"


def _words(code: int, status: Mapping[str, Any]) -> str:
    found = str(status.get("message") or "") or f"the server answers {code}"
    return found if len(found) <= REASON_CHARS_MAX else f"{found[:REASON_CHARS_MAX]}..."


def _raw_causes(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    details = status.get("details")
    found = details.get("causes") if isinstance(details, Mapping) else None
    return [one for one in found or () if isinstance(one, Mapping)]


def _conflicts(status: Mapping[str, Any]) -> Iterator[FieldConflict]:
    for one in _raw_causes(status):
        if one.get("reason") == "FieldManagerConflict":
            manager = _MANAGER.search(str(one.get("message", "")))
            yield FieldConflict(manager[1] if manager else "unknown", str(one.get("field", "")))


def _causes(key: ObjectKey, status: Mapping[str, Any]) -> Iterator[Cause]:
    for one in _raw_causes(status):
        text = "" if key.kind == "Secret" else str(one.get("message", ""))[:REASON_CHARS_MAX]
        yield Cause(str(one.get("field", "")), str(one.get("reason", "")), text)
