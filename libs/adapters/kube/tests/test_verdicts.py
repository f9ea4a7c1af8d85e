"""What a Status means; the answers are those of real servers, shortened."""

from typing import Any

import orjson
import pytest

from libs.adapters.kube.verdicts import REASON_CHARS_MAX, raise_for_read, write_verdict
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import FieldConflict, Refusal, Refused, Unanswered

MAP = ObjectKey("", "ConfigMap", "default", "m")
SECRET = ObjectKey("", "Secret", "default", "s")


def _status(message: str, reason: str = "", *causes: dict[str, Any]) -> bytes:
    details = {"causes": list(causes)}
    return orjson.dumps(
        {"kind": "Status", "message": message, "reason": reason, "details": details}
    )


@pytest.mark.parametrize(
    ("code", "body", "refusal"),
    [
        pytest.param(409, _status("x", "AlreadyExists"), Refusal.EXISTS, id="exists"),
        pytest.param(409, _status("x", "Conflict"), Refusal.STALE, id="stale"),
        pytest.param(404, b"404 page not found", Refusal.ABSENT, id="no such kind"),
        pytest.param(401, _status("Unauthorized"), Refusal.UNAUTHORIZED, id="who are you"),
        pytest.param(403, _status("x", "Forbidden"), Refusal.FORBIDDEN, id="not you"),
        pytest.param(413, b"", Refusal.TOO_LARGE, id="too large"),
        pytest.param(422, _status("x", "Invalid"), Refusal.INVALID, id="invalid"),
        pytest.param(415, _status("x"), Refusal.OTHER, id="unknown type"),
        pytest.param(
            403,
            _status('admission webhook "a.b" denied the request: no'),
            Refusal.REJECTED,
            id="a webhook says no",
        ),
        pytest.param(
            400,
            _status('admission webhook "a.b" does not support dry run', "BadRequest"),
            Refusal.NO_DRY_RUN,
            id="a webhook has side effects",
        ),
        pytest.param(
            403,
            _status("x", "Forbidden", {"reason": "NamespaceTerminating"}),
            Refusal.TERMINATING,
            id="the namespace ends",
        ),
    ],
)
def test_an_error_is_one_refusal(code: int, body: bytes, refusal: Refusal) -> None:
    """Each answer has its code."""
    verdict = write_verdict(MAP, code, body, None)
    assert isinstance(verdict, Refused)
    assert verdict.code is refusal


def test_a_conflict_lists_managers_and_fields() -> None:
    """The other manager is read from what the server says of each field."""
    cause = {
        "reason": "FieldManagerConflict",
        "message": 'conflict with "kubectl-edit" using v1',
        "field": ".data.a",
    }
    verdict = write_verdict(MAP, 409, _status("Apply failed", "Conflict", cause), None)
    assert isinstance(verdict, Refused)
    assert verdict.conflicts == (FieldConflict("kubectl-edit", ".data.a"),)


@pytest.mark.parametrize(
    ("code", "message", "sent"),
    [
        pytest.param(500, 'failed calling webhook "a": context deadline', False, id="webhook"),
        pytest.param(504, "timeout", True, id="timeout"),
        pytest.param(429, "too many requests", False, id="patience"),
    ],
)
def test_no_verdict_says_whether_it_may_have_happened(
    code: int,
    message: str,
    sent: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """What a webhook or the flow control stopped did not happen."""
    verdict = write_verdict(MAP, code, _status(message), 2.0)
    assert isinstance(verdict, Unanswered)
    assert verdict.sent is sent
    assert verdict.retry_after_s == 2.0


def test_nothing_of_a_secret_is_shown() -> None:
    """The server quotes values; we say which field, and no more."""
    cause = {"reason": "FieldValueInvalid", "message": "planted", "field": "data[password]"}
    body = _status('"planted" is bad', "Invalid", cause)
    verdicts = [write_verdict(SECRET, code, body, None) for code in (400, 409, 422, 500)]
    assert "planted" not in repr(verdicts)
    assert all("data[password]" in one.reason for one in verdicts)


def test_long_reasons_are_cut() -> None:
    """A server may say very much."""
    assert len(write_verdict(MAP, 422, _status("x" * 10_000), None).reason) < REASON_CHARS_MAX + 50


@pytest.mark.parametrize(
    ("code", "error"),
    [(401, StalledError), (403, StalledError), (429, WaitingError), (503, TransientError)],
)
def test_a_read_that_failed_raises_what_the_loop_must_do(code: int, error: type[Exception]) -> None:
    """A missing permission needs a person, everything else time."""
    with pytest.raises(error, match="list of Pod"):
        raise_for_read("list of Pod", code, b"", None)
