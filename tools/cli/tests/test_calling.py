"""Calls as users write them."""

import pytest

from tools.cli import calling
from tools.cli.errors import UnusableError
from tools.cli.proxyoption import read_proxy

_PROXY = read_proxy('{"type":"router"}')


def test_a_url_says_port_host_path_and_tls() -> None:
    """And a header may give another host."""
    call = calling.from_url(("GET", "https://a.example/x?y=1"), ["Host: b.example"], "gateway")
    assert (call.port, call.tls, call.path, call.host) == (443, "tls", "/x?y=1", "b.example")


def test_paths_stand_before_the_call() -> None:
    """A router's calls come in at its gateway."""
    paths, call = calling.single(["a.yaml", "PUT", "http://h/"], "", [], _PROXY)
    assert (list(paths), call.method, call.mode) == (["a.yaml"], "PUT", "gateway")


@pytest.mark.parametrize(
    ("words", "call", "headers"),
    [
        ([], "", []),
        (["http://h/"], '{"port":80}', []),
        ([], '{"port":80}', ["a: b"]),
        (["http://h:x/"], "", []),
        (["http://h/"], "", ["nothing"]),
        ([], "{}", []),
    ],
)
def test_what_is_no_single_call_is_refused(words: list[str], call: str, headers: list[str]) -> None:
    """None, several, or one that nobody can read."""
    with pytest.raises(UnusableError):
        calling.single(words, call, headers, _PROXY)
