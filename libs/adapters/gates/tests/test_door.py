"""Only what the operator listed is asked, and every answer is bounded."""

from collections.abc import Iterator

import pytest

from libs.adapters.gates.door import REPLY_BYTES_MAX, Door, origin
from libs.adapters.gates.hook import HttpHooks
from libs.adapters.gates.prometheus import Prometheus
from libs.adapters.gates.tests.answering import Answering, answering
from libs.kernel.rollouts import Verdict
from libs.ports.gates import GateError


@pytest.fixture(scope="module")
def running() -> Iterator[Answering]:
    """One server for all tests."""
    with answering() as made:
        yield made


@pytest.fixture
def server(running: Answering) -> Answering:
    """The server, which answers as it is told and remembers nothing."""
    running.status, running.body, running.headers = 200, b"{}", {}
    running.asked.clear()
    return running


@pytest.fixture(scope="module")
def door(running: Answering) -> Iterator[Door]:
    """The way to that server, and to no other."""
    made = Door([running.url])
    yield made
    made.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://localhost/", "https://a.example"])
def test_an_address_that_is_not_listed_is_not_asked(door: Door, url: str) -> None:
    """Whoever may write a gate cannot let us call anybody."""
    with pytest.raises(GateError, match="let the operator list it"):
        door.ask("POST", url, 1.0)


@pytest.mark.parametrize("url", ["ftp://a", "http://", "nothing", "http://me@a/"])
def test_what_is_no_address_is_refused(door: Door, url: str) -> None:
    """In the list and in a gate."""
    with pytest.raises(GateError, match="is no address"):
        door.ask("POST", url, 1.0)
    with pytest.raises(ValueError, match="is no address"):
        origin(url)


def test_a_redirect_leads_nowhere(server: Answering, door: Door) -> None:
    """It is an answer like others, and none that a gate understands."""
    server.status, server.headers = 302, {"location": "http://169.254.169.254/"}
    with pytest.raises(GateError, match="answered 302"):
        HttpHooks(door).verdict(server.url, {}, 1.0)


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"x" * (REPLY_BYTES_MAX + 1), "longer than"), (b"<html>", "is no JSON")],
)
def test_a_reply_is_short_and_json(server: Answering, door: Door, body: bytes, reason: str) -> None:
    """Anything else is an error."""
    server.body = body
    with pytest.raises(GateError, match=reason):
        door.ask("POST", server.url, 1.0)


def test_a_server_that_is_away_is_an_error() -> None:
    """Not a bad answer."""
    with answering() as gone:
        url = gone.url
    with pytest.raises(GateError, match="cannot be asked: ConnectError"):
        Door([url]).ask("POST", url, 1.0)


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (b'{"resultType":"vector","result":[]}', ()),
        (b'{"resultType":"vector","result":[{"value":[1,"0.5"]},{"value":[1,"2"]}]}', (0.5, 2.0)),
        (b'{"resultType":"scalar","result":[1,"3"]}', (3.0,)),
    ],
)
def test_prometheus_gives_values(
    server: Answering, door: Door, data: bytes, values: tuple[float, ...]
) -> None:
    """Of a vector or a scalar; the query says how old they may be."""
    server.body = b'{"status":"success","data":' + data + b"}"
    assert Prometheus(door).values(f"{server.url}/", "up", 30.0) == values
    assert server.asked == [("/api/v1/query", b"query=up&lookback_delta=30s")]


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, b'{"status":"error","error":"parse error"}', "answered 400: parse error"),
        (503, b"{}", "answered 503: no reason given"),
        (200, b"[]", "answered 200: no reason given"),
        (200, b'{"status":"success"}', "is none of Prometheus"),
        (200, b'{"status":"success","data":{"resultType":"matrix","result":[]}}', "a matrix"),
        (200, b'{"status":"success","data":{"resultType":"scalar","result":["x"]}}', "is none of"),
    ],
)
def test_other_answers_of_prometheus_are_errors(
    server: Answering, door: Door, status: int, body: bytes, reason: str
) -> None:
    """With the sentence that it gives."""
    server.status, server.body = status, body
    with pytest.raises(GateError, match=reason):
        Prometheus(door).values(server.url, "up", 30.0)


def test_a_hook_is_told_of_the_rollout_and_decides(server: Answering, door: Door) -> None:
    """With one of the four verdicts."""
    server.body = b'{"verdict":"Failed","reason":"too hot"}'
    found = HttpHooks(door).verdict(f"{server.url}/gate", {"wave": "canary"}, 1.0)
    assert found == (Verdict.FAILED, "too hot")
    assert server.asked == [("/gate", b'{"wave":"canary"}')]
    server.body = b'{"verdict":"Fine"}'
    with pytest.raises(GateError, match="says none of Successful"):
        HttpHooks(door).verdict(server.url, {}, 1.0)
