"""What libgit2 raises, as loop errors without secrets."""

import pygit2
import pytest

from libs.adapters.git.errors import Redactor, mapped
from libs.kernel.looperrors import StalledError, TransientError

URL = "https://robot:pa%20ss@git.example.com/team/config.git"


@pytest.mark.parametrize(
    "text",
    [
        "cannot reach https://robot:pa%20ss@git.example.com/x",
        "cannot reach https://robot:other@git.example.com/x",
        "the password `pa ss` is wrong",
        "see ssh://token@git.example.com",
    ],
)
def test_credentials_leave_every_text(text: str) -> None:
    """Neither the URL's password, encoded or not, nor any user part of a URL is shown."""
    shown = Redactor(URL)(text)
    for secret in ("pa%20ss", "pa ss", "robot:", "other", "token@"):
        assert secret not in shown


def test_configured_secrets_leave_every_text() -> None:
    """A token from the settings is known even when no URL holds it."""
    assert Redactor("https://git.example.com", ("s3cr3t/+",))("it said s3cr3t/+ twice") == (
        "it said *** twice"
    )


def test_a_text_is_one_short_line() -> None:
    """A remote may answer with pages of text; a person reads one line of it."""
    shown = Redactor(URL)("first\nsecond\r\n" + "x" * 10_000)
    assert shown.startswith("first second x")
    assert len(shown) == 300


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(pygit2.AuthError("no"), StalledError, id="refused credentials"),
        pytest.param(pygit2.CertificateError("no"), StalledError, id="bad certificate"),
        pytest.param(
            pygit2.GitError("unexpected http status code: 404"), StalledError, id="no repository"
        ),
        pytest.param(
            pygit2.GitError("unexpected http status code: 503"), TransientError, id="server busy"
        ),
        pytest.param(pygit2.GitError("connection refused"), TransientError, id="server away"),
        pytest.param(KeyError("object not found"), TransientError, id="object missing"),
        pytest.param(OSError(28, "No space left on device"), TransientError, id="disk full"),
    ],
)
def test_an_error_says_what_the_loop_must_do(error: Exception, kind: type[Exception]) -> None:
    """What only a person can change stalls; everything else is tried again."""
    with pytest.raises(kind, match="reading failed"), mapped("reading failed", Redactor(URL)):
        raise error


def test_a_bug_of_ours_is_not_hidden() -> None:
    """Only what the library raises is mapped."""
    with pytest.raises(ZeroDivisionError), mapped("reading failed", Redactor(URL)):
        _ = 1 // 0
