"""Maps what libgit2 raises to the three loop errors, with secrets taken out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, unquote, urlsplit

import pygit2

from libs.kernel.looperrors import StalledError, TransientError

_REASON_CHARS_MAX = 300
_USERINFO = re.compile(r"(\w+://)[^/\s@]+@")

_FOR_A_PERSON = re.compile(
    r"authentication|status code: 40[0134]|hostkey|host key|certificate|unsupported|"
    r"failed to resolve path|could not find repository|repository not found|not owned by|"
    r"not a git repository|invalid argument|invalid url|malformed|"
    r"failed to parse|unexpected object format|unknown object format|extension",
    re.IGNORECASE,
)
"""What libgit2 says when trying again cannot help; everything else may pass."""

_LIBRARY_ERRORS = (pygit2.GitError, KeyError, ValueError, OSError)


class Redactor:
    """Takes the credentials of one remote out of texts."""

    def __init__(self, url: str, secrets: tuple[str, ...] = ()) -> None:
        """Collect every spelling of the secrets, also the one inside the URL."""
        known = [secret for secret in (*secrets, _password(url)) if secret]
        spelled = {form for text in known for form in (text, unquote(text), quote(text, safe=""))}
        self._secrets = sorted(spelled, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return `text` without credentials, on one line, at most 300 characters long."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        text = _USERINFO.sub(r"\1", text)
        return " ".join(text.split())[:_REASON_CHARS_MAX]


@contextmanager
def mapped(doing: str, redact: Redactor) -> Iterator[None]:
    """Run a block; what libgit2 raises becomes a loop error that begins with `doing`.

    Raises:
        StalledError: a person has to change something.
        TransientError: it may work later.
    """
    try:
        yield
    except _LIBRARY_ERRORS as error:
        text = str(error.args[0]) if error.args else type(error).__name__
        reason = redact(f"{doing}: {text}")
        if _needs_a_person(error, text):
            raise StalledError(reason) from None
        raise TransientError(reason) from None


def _needs_a_person(error: Exception, text: str) -> bool:
    """Typed errors first; the rest of libgit2 tells only by its text."""
    if isinstance(error, (pygit2.AuthError, pygit2.CertificateError, pygit2.InvalidSpecError)):
        return True
    return _FOR_A_PERSON.search(text) is not None


def _password(url: str) -> str:
    """A URL that cannot be parsed has no password that we know of."""
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""
