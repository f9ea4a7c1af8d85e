"""What the environment says, as settings."""

import pytest
from pydantic import ValidationError

from services.gitwatcher.settings import GitwatcherSettings

NEEDED = {
    "PERIPLUS_GITWATCHER_REPOSITORY": "https://git.example.com/config.git",
    "PERIPLUS_GITWATCHER_MIRROR": "mirror.git",
    "PERIPLUS_GITWATCHER_STORE_URL": "sqlite:///x",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The least that has to be set."""
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize(
    ("branch", "ref"),
    [
        ("main", "refs/heads/main"),
        ("team/x", "refs/heads/team/x"),
        ("refs/tags/v1", "refs/tags/v1"),
    ],
)
def test_a_branch_is_a_full_ref_inside(
    environment: pytest.MonkeyPatch, branch: str, ref: str
) -> None:
    """A plain name means a branch; anything else is written out."""
    environment.setenv("PERIPLUS_GITWATCHER_BRANCH", branch)
    assert GitwatcherSettings().ref == ref


@pytest.mark.parametrize(("name", "value"), [("POLL_S", "0"), ("BLOB_BYTES_MAX", "0")])
def test_a_value_out_of_range_is_refused(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A loop without a pause and a limit of nothing are mistakes."""
    environment.setenv(f"PERIPLUS_GITWATCHER_{name}", value)
    with pytest.raises(ValidationError):
        GitwatcherSettings()


def test_no_text_form_holds_the_password(environment: pytest.MonkeyPatch) -> None:
    """Settings may be logged."""
    environment.setenv("PERIPLUS_GITWATCHER_PASSWORD", "s3cr3t")
    settings = GitwatcherSettings()
    assert "s3cr3t" not in repr(settings)
    assert settings.password.get_secret_value() == "s3cr3t"
