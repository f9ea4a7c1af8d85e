"""What is read from a kubeconfig, and what one may not ask."""

import base64
from pathlib import Path
from typing import Any

import orjson
import pytest

from libs.adapters.kube.access import Allowed, access_of, contexts_of, kubeconfig_file
from libs.kernel.looperrors import StalledError

PEM = b"-----BEGIN CERTIFICATE-----\n"


def _config(cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None) -> bytes:
    server = {"server": "https://127.0.0.1:6443/", **(cluster or {})}
    return orjson.dumps(
        {
            "clusters": [{"name": "c", "cluster": server}],
            "users": [{"name": "u", "user": user or {"token": "planted-token"}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


def test_the_current_context_is_read() -> None:
    """Address, authority and token come from the entries that the context names."""
    data = {"certificate-authority-data": base64.b64encode(PEM).decode(), "tls-server-name": "k"}
    found = access_of(_config(data), "", Allowed(), place="p")
    assert (found.server, found.token) == ("https://127.0.0.1:6443", "planted-token")
    assert (found.authority, found.server_name) == (PEM, "k")
    assert contexts_of(_config(), "p") == ("x",)


def test_files_are_read_beside_the_kubeconfig_and_every_time(tmp_path: Path) -> None:
    """A token that was rotated in its file is read anew."""
    (tmp_path / "token").write_text("one\n")
    (tmp_path / "config").write_bytes(_config(user={"tokenFile": "token"}))
    source = kubeconfig_file(tmp_path / "config", "x", Allowed(files=True))
    assert source().token == "one"
    (tmp_path / "token").write_text("two\n")
    assert source().token == "two"


def test_an_allowed_program_gives_credentials() -> None:
    """What an exec section runs is up to whoever allowed it."""
    allowed = Allowed(run=lambda wanted: {"token": f"of-{wanted['command']}"})
    found = access_of(_config(user={"exec": {"command": "login"}}), "", allowed, place="p")
    assert found.token == "of-login"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(_config(user={"exec": {"command": "x"}}), "exec", id="a program"),
        pytest.param(_config(user={"auth-provider": {}}), "auth-provider", id="a provider"),
        pytest.param(_config(user={"tokenFile": "/t"}), "tokenFile", id="a file"),
        pytest.param(_config({"certificate-authority": "/c"}), "names a file", id="a CA file"),
        pytest.param(_config({"proxy-url": "http://p"}), "proxy-url", id="a proxy"),
        pytest.param(_config({"insecure-skip-tls-verify": True}), "insecure", id="no check"),
        pytest.param(_config({"server": "http://1.2.3.4"}), "https", id="plain text"),
        pytest.param(_config({"certificate-authority-data": "?"}), "base64", id="no base64"),
        pytest.param(b"planted-token: [", "no YAML", id="no YAML"),
        pytest.param(b"[]", "no kubeconfig", id="something else"),
        pytest.param(b" " * 1024 * 1025, "larger", id="too much"),
    ],
)
def test_a_kubeconfig_from_elsewhere_may_not_reach_out(text: bytes, reason: str) -> None:
    """Each demand on this machine is refused in words that show no credential."""
    with pytest.raises(StalledError, match=reason) as raised:
        access_of(text, "", Allowed(), place="Secret istio-system/remote")
    assert "Secret istio-system/remote" in raised.value.reason
    assert "planted-token" not in raised.value.reason


def test_a_context_that_is_not_there_is_named() -> None:
    """So that nobody talks to another cluster by mistake."""
    with pytest.raises(StalledError, match="`contexts` has no `y`"):
        access_of(_config(), "y", Allowed(), place="p")


def test_credentials_are_not_shown() -> None:
    """The representation of an access has no token."""
    assert "planted-token" not in repr(access_of(_config(), "", Allowed(), place="p"))
