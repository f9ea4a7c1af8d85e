"""A remote behind real HTTP: `git http-backend`, passwords, errors, silence."""

import base64
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from libs.adapters.git.limits import GitLimits
from libs.adapters.git.mirror import Mirror, open_mirror
from libs.fakes.clock import FakeClock
from libs.kernel.looperrors import StalledError, TransientError
from tools.gitremote.remote import GitRemote, environment

MAIN = "refs/heads/main"
PASSWORD = "s3cr3t"


class Backend(BaseHTTPRequestHandler):
    """CGI of git for `/repo`; other paths misbehave as they are called."""

    folder: Path
    release: threading.Event

    def do_GET(self) -> None:
        """Answer the list of refs, or misbehave."""
        first = self.path.split("/")[1].split("?")[0]
        if first == "private" and self.headers.get("Authorization") != _basic():
            self._refuse(401, ("WWW-Authenticate", "Basic realm=x"))
        elif first == "silent":
            self.release.wait(20)
        elif first.isdigit():
            self._refuse(int(first))
        else:
            self._cgi()

    do_POST = do_GET  # noqa: N815 (the server looks for this name)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Say nothing."""

    def _refuse(self, status: int, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", "0")):
            self.send_header(name, value)
        self.end_headers()

    def _cgi(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            check=True,
            env=environment()
            | {
                "GIT_PROJECT_ROOT": str(self.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": "/" + path.split("/", 2)[2],
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
            },
        )
        head, _, answer = done.stdout.partition(b"\r\n\r\n")
        self.send_response(200)
        for line in head.decode().split("\r\n"):
            name, _, value = line.partition(": ")
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


def _basic() -> str:
    return "Basic " + base64.b64encode(f"robot:{PASSWORD}".encode()).decode()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A server on loopback; the value is `127.0.0.1:port`."""
    released = threading.Event()
    handler = type("Handler", (Backend,), {"folder": tmp_path, "release": released})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{http.server_port}"
    released.set()
    http.shutdown()
    http.server_close()
    thread.join(5)


def _mirror(tmp_path: Path, url: str) -> Mirror:
    limits = GitLimits(server_timeout_s=0.5)
    return open_mirror(tmp_path / "mirror.git", url, clock=FakeClock(), limits=limits)


def test_a_remote_over_http_is_polled_and_fetched(tmp_path: Path, server: str) -> None:
    """The same mirror works over a network; new commits, tags and deleted branches are seen."""
    remote = GitRemote(tmp_path / "repo.git")
    repo = _mirror(tmp_path, f"http://{server}/open/repo.git")
    assert repo.remote_head(MAIN) is None
    first = remote.commit({"a.yaml": b"one"})
    assert repo.remote_head(MAIN) == repo.fetch(MAIN) == first
    second = remote.commit({"a.yaml": b"two"}, parent=first)
    tag = remote.tag("v2", second)
    assert repo.remote_head(tag) == repo.fetch(tag) == second
    remote.delete(MAIN)
    assert repo.remote_head(MAIN) is None
    assert repo.fetch(MAIN) is None
    assert repo.is_ancestor(first, second)


def test_a_password_that_is_missing_is_asked_for_once(tmp_path: Path, server: str) -> None:
    """A private repository stalls with a sentence instead of asking for ever."""
    GitRemote(tmp_path / "repo.git")
    with pytest.raises(StalledError, match="none are configured"):
        _mirror(tmp_path, f"http://{server}/private/repo.git").remote_head(MAIN)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, StalledError), (404, StalledError), (429, TransientError), (503, TransientError)],
)
def test_a_refusing_server_is_told_from_a_busy_one(
    tmp_path: Path, server: str, status: int, kind: type[Exception]
) -> None:
    """What only a person can change stalls; a busy server is asked again later."""
    with pytest.raises(kind, match=str(status)):
        _mirror(tmp_path, f"http://{server}/{status}/repo.git").remote_head(MAIN)


def test_a_silent_server_is_left(tmp_path: Path, server: str) -> None:
    """A server that takes the request and never answers costs no more than the time-out."""
    with pytest.raises(TransientError, match="cannot be asked"):
        _mirror(tmp_path, f"http://{server}/silent/repo.git").remote_head(MAIN)


def test_a_server_that_is_away_is_asked_again_later(tmp_path: Path) -> None:
    """A refused connection may pass; the text names no credentials."""
    with pytest.raises(TransientError) as raised:
        _mirror(tmp_path, f"https://robot:{PASSWORD}@127.0.0.1:9/x").remote_head(MAIN)
    assert PASSWORD not in str(raised.value)
