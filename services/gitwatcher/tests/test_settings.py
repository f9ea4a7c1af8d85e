"""What the environment says, as settings."""

import pytest

from libs.adapters.system.environment import SettingsError, settings_from
from services.gitwatcher.settings import GitwatcherSettings

NEEDED = {
    "PERIPLUS_GITWATCHER_REPOSITORY": "https://git.example.com/config.git",
    "PERIPLUS_GITWATCHER_MIRROR": "mirror.git",
    "PERIPLUS_GITWATCHER_STORE_URL": "sqlite:///x",
}


def _settings(**more: str) -> GitwatcherSettings:
    said = {f"PERIPLUS_GITWATCHER_{name}": value for name, value in more.items()}
    return settings_from(GitwatcherSettings, {**NEEDED, **said})


@pytest.mark.parametrize(
    ("branch", "ref"),
    [
        ("main", "refs/heads/main"),
        ("team/x", "refs/heads/team/x"),
        ("refs/tags/v1", "refs/tags/v1"),
    ],
)
def test_a_branch_is_a_full_ref_inside(branch: str, ref: str) -> None:
    """A plain name means a branch; anything else is written out."""
    assert _settings(BRANCH=branch).ref == ref


@pytest.mark.parametrize(
    ("name", "value"), [("POLL_S", "0"), ("BLOB_BYTES_MAX", "0"), ("BRANCH", ""), ("SOURCE", "")]
)
def test_a_value_out_of_range_is_refused(name: str, value: str) -> None:
    """A loop without a pause, a limit of nothing and an empty name are mistakes."""
    with pytest.raises(SettingsError):
        _settings(**{name: value})


def test_no_text_form_holds_the_password() -> None:
    """Settings may be logged."""
    settings = _settings(PASSWORD="s3cr3t")
    assert "s3cr3t" not in repr(settings)
    assert settings.password == "s3cr3t"
