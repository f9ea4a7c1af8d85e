"""`TokenReviewer` over the API that Kubernetes has for it."""

import contextlib
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import (
    CREATED,
    FORBIDDEN,
    OK,
    UNAUTHORIZED,
    HTTPException,
    HTTPSConnection,
)
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from libs.kernel.looperrors import StalledError, TransientError
from libs.ports.tokenreview import ReviewedAccount

AUDIENCE: Final = "istio-ca"
"""For whom Istio has the tokens of its proxies made."""

TIMEOUT_S: Final = 5.0
ANSWER_BYTES_MAX: Final = 256 * 1024
TOKEN_CHARS_MAX: Final = 16 * 1024
_PATH: Final = "/apis/authentication.k8s.io/v1/tokenreviews"
_ACCOUNT: Final = "system:serviceaccount:"
_POD: Final = "authentication.kubernetes.io/pod-name"


@dataclass(frozen=True, slots=True)
class ApiAccess:
    """Where an API server is, who vouches for it, and the file with the token that we show it.

    The file is read for each request: Kubernetes replaces it while we run.
    """

    server: str
    authorities: Path
    token_file: Path


class KubernetesTokenReviewer:
    """Reviews tokens that were made for one audience."""

    def __init__(self, access: ApiAccess, audience: str = AUDIENCE) -> None:
        """Prepare. Raises `StalledError` when the authorities cannot be read."""
        self._access = access
        self._audience = audience
        try:
            self._tls = ssl.create_default_context(cafile=str(access.authorities))
        except OSError as error:
            raise StalledError(f"{access.authorities}: cannot be read: {error}") from error

    def review(self, token: str) -> ReviewedAccount | None:
        """Return whose token it is, as the API server knows it now."""
        if not token or len(token) > TOKEN_CHARS_MAX:
            return None
        status = self._asked(token).get("status") or {}
        audiences = status.get("audiences") or ()
        if status.get("authenticated") is not True or self._audience not in audiences:
            return None
        return _account(status.get("user") or {})

    def _asked(self, token: str) -> Mapping[str, Any]:
        body = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenReview",
            "spec": {"token": token, "audiences": [self._audience]},
        }
        try:
            status, found = self._answer(json.dumps(body).encode())
        except (OSError, HTTPException, ValueError) as error:
            kind = type(error).__name__
            raise TransientError(f"{self._access.server} cannot be asked: {kind}") from None
        if status not in (OK, CREATED):
            raise self._failure(status)
        if not isinstance(found, dict):
            raise TransientError(f"{self._access.server} answered no TokenReview")
        return found

    def _answer(self, body: bytes) -> tuple[int, Any]:
        """Ask this server and no other: there are neither redirects nor proxies here."""
        own = self._access.token_file.read_text(encoding="utf-8").strip()
        headers = {"Authorization": f"Bearer {own}", "Content-Type": "application/json"}
        place = urlsplit(self._access.server)
        made = HTTPSConnection(
            place.hostname or "", place.port, timeout=TIMEOUT_S, context=self._tls
        )
        with contextlib.closing(made) as connection:
            connection.request("POST", place.path.rstrip("/") + _PATH, body, headers)
            with connection.getresponse() as reply:
                return reply.status, json.loads(reply.read(ANSWER_BYTES_MAX))

    def _failure(self, status: int) -> StalledError | TransientError:
        """The body of an error may repeat the token, so only its status is told."""
        if status in (UNAUTHORIZED, FORBIDDEN):
            return StalledError(
                f"{self._access.server} does not let us review tokens (status {status});"
                " bind our account to system:auth-delegator"
            )
        return TransientError(f"{self._access.server} answered with status {status}")


def _account(user: Mapping[str, Any]) -> ReviewedAccount | None:
    """Read a user name; persons and nodes are no workloads."""
    name = str(user.get("username", ""))
    match name.removeprefix(_ACCOUNT).split(":"):
        case [namespace, account] if name.startswith(_ACCOUNT):
            pods = (user.get("extra") or {}).get(_POD) or [""]
            return ReviewedAccount(namespace, account, str(pods[0]))
    return None
