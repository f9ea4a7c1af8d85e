"""How a remote's questions are answered, and how often."""

from pathlib import Path

import pygit2
import pytest
from pygit2.enums import CredentialType

from libs.adapters.git.credentials import Asked, SshKey, UserPassword, secrets_of
from libs.kernel.looperrors import StalledError

PASSWORD = UserPassword("robot", "s3cr3t")
KEY = SshKey("git", Path("id_ed25519"), Path("id_ed25519.pub"), "s3cr3t")


def test_the_same_answer_is_not_given_twice() -> None:
    """A remote that asks again has refused; answering for ever would never end."""
    asked = Asked(PASSWORD)
    assert isinstance(asked.answer(None, CredentialType.USERPASS_PLAINTEXT), pygit2.UserPass)
    with pytest.raises(StalledError, match="refused the credentials"):
        asked.answer(None, CredentialType.USERPASS_PLAINTEXT)


def test_ssh_asks_for_the_name_first() -> None:
    """The name of the URL wins; then the key is asked for."""
    asked = Asked(KEY)
    name = asked.answer("somebody", CredentialType.USERNAME)
    assert name.credential_tuple == ("somebody",)
    assert isinstance(asked.answer("somebody", CredentialType.SSH_KEY), pygit2.Keypair)


def test_without_credentials_a_question_stalls() -> None:
    """A private repository without configured credentials is for a person to solve."""
    with pytest.raises(StalledError, match="none are configured"):
        Asked(None).answer(None, CredentialType.USERPASS_PLAINTEXT)


def test_the_wrong_kind_of_credentials_stalls() -> None:
    """A password is no answer where only keys are taken."""
    with pytest.raises(StalledError, match="kind of credentials"):
        Asked(PASSWORD).answer("git", CredentialType.SSH_KEY)


def test_no_text_form_holds_a_secret() -> None:
    """A credential that ends up in a log line by accident shows nothing."""
    for credentials in (PASSWORD, KEY):
        assert "s3cr3t" not in f"{credentials} {credentials!r}"
        assert secrets_of(credentials) == ("s3cr3t",)
    assert secrets_of(None) == ()
