"""The debug interface of one istiod: how far each of its proxies has followed.

Every replica of istiod knows only the proxies that are connected to itself. It answers over plain
HTTP on port 15014 to whoever has a token of a service account in its own namespace that was made
for `istio-ca`, as Istio documents for tools inside the network of a cluster.
"""

import contextlib
import http.client
from http import HTTPStatus

from libs.kernel.looperrors import StalledError, TransientError

PORT = 15014
PATH = "/debug/syncz"
TIMEOUT_S = 5.0
ANSWER_BYTES_MAX = 64 * 1024 * 1024


def sync_status(address: str, token: str) -> bytes:
    """Return what the istiod at an IP address says of its proxies, as JSON.

    Raises StalledError when it does not let us ask, TransientError when it gives no answer.
    """
    place = f"istiod at {address}:{PORT}"
    connection = http.client.HTTPConnection(address, PORT, timeout=TIMEOUT_S)
    try:
        with contextlib.closing(connection):
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
            connection.request("GET", PATH, headers=headers)
            with connection.getresponse() as reply:
                status, body = reply.status, reply.read(ANSWER_BYTES_MAX + 1)
    except (OSError, http.client.HTTPException) as error:
        raise TransientError(f"{place} cannot be asked: {type(error).__name__}") from error
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise StalledError(
            f"{place} does not take our token; it has to be one of a service account in the"
            " namespace of istiod"
        )
    if status != HTTPStatus.OK:
        raise TransientError(f"{place} answers {status}")
    if len(body) > ANSWER_BYTES_MAX:
        raise TransientError(f"{place} answers with more than {ANSWER_BYTES_MAX} bytes")
    return body
