"""What a remote is shown when it asks who we are, and how often."""

from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import CredentialType

from libs.kernel.looperrors import StalledError

_ATTEMPTS_MAX = 3
"""A remote asks at most for a user name, then for a key, then once more after a redirect."""


@dataclass(frozen=True, slots=True)
class UserPassword:
    """User name and password (or token) for https."""

    username: str
    password: str

    def __repr__(self) -> str:
        """Keep the password out of every text."""
        return f"UserPassword(username={self.username!r})"


@dataclass(frozen=True, slots=True)
class SshKey:
    """A key pair for ssh. Host keys are checked against the user's `known_hosts`."""

    username: str
    private_key: Path
    public_key: Path
    passphrase: str = ""

    def __repr__(self) -> str:
        """Keep the passphrase out of every text."""
        return f"SshKey(username={self.username!r}, private_key={str(self.private_key)!r})"


Credentials = UserPassword | SshKey


def credentials_of(username: str, password: str, ssh_key: Path | None) -> Credentials | None:
    """Return what settings ask for: a key wins over a password, without either there is nothing."""
    if ssh_key is not None:
        return SshKey(username, ssh_key, Path(f"{ssh_key}.pub"))
    return UserPassword(username, password) if password else None


def secrets_of(credentials: Credentials | None) -> tuple[str, ...]:
    """Return the texts that no message may hold."""
    match credentials:
        case UserPassword(password=secret) | SshKey(passphrase=secret) if secret:
            return (secret,)
        case _:
            return ()


class Asked:
    """Answers a remote's questions during one operation, each kind of question once.

    libgit2 repeats the question for as long as it gets an answer, also a wrong one.
    """

    def __init__(self, credentials: Credentials | None) -> None:
        """Start counting for one operation."""
        self._credentials = credentials
        self._seen: set[CredentialType] = set()
        self._attempts = 0

    def answer(
        self, username_from_url: str | None, allowed: CredentialType
    ) -> pygit2.Username | pygit2.UserPass | pygit2.Keypair:
        """Return a credential of an allowed type.

        Raises:
            StalledError: there is none, or the remote refused it already.
        """
        self._attempts += 1
        if self._credentials is None:
            raise StalledError("the remote asks for credentials and none are configured")
        if allowed & CredentialType.USERNAME and not allowed & CredentialType.SSH_KEY:
            self._once(CredentialType.USERNAME)
            return pygit2.Username(username_from_url or self._credentials.username)
        match self._credentials:
            case UserPassword(username, password) if allowed & CredentialType.USERPASS_PLAINTEXT:
                self._once(CredentialType.USERPASS_PLAINTEXT)
                return pygit2.UserPass(username, password)
            case SshKey() as key if allowed & CredentialType.SSH_KEY:
                self._once(CredentialType.SSH_KEY)
                return _keypair(key, username_from_url)
        raise StalledError("the remote does not take the kind of credentials that is configured")

    def _once(self, kind: CredentialType) -> None:
        """Refuse to give the same answer twice."""
        if kind in self._seen or self._attempts > _ATTEMPTS_MAX:
            raise StalledError("the remote refused the credentials")
        self._seen.add(kind)


def _keypair(key: SshKey, username_from_url: str | None) -> pygit2.Keypair:
    """The user of the URL wins, because forges demand `git@`."""
    return pygit2.Keypair(
        username_from_url or key.username,
        str(key.public_key),
        str(key.private_key),
        key.passphrase,
    )
