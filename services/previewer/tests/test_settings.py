"""Settings of the previewer."""

import pytest

from libs.adapters.forges.webhooks import ForgeKind
from libs.adapters.system.environment import SettingsError, settings_from
from services.previewer.settings import PreviewerSettings

_ENVIRONMENT = {
    "PERIPLUS_PREVIEWER_FORGE": "gitea",
    "PERIPLUS_PREVIEWER_FORGE_URL": "https://git.example/api/v1",
    "PERIPLUS_PREVIEWER_FORGE_REPOSITORY": "fleet/configs",
    "PERIPLUS_PREVIEWER_FORGE_LOGIN": "periplus",
    "PERIPLUS_PREVIEWER_FORGE_TOKEN": "a-token-of-the-tests",
    "PERIPLUS_PREVIEWER_REPOSITORY": "https://git.example/fleet/configs",
    "PERIPLUS_PREVIEWER_MIRROR": "mirror.git",
}


def test_they_come_from_the_environment() -> None:
    """The token is in no text of them."""
    found = settings_from(PreviewerSettings, _ENVIRONMENT)
    assert found.forge is ForgeKind.GITEA
    assert "a-token" not in repr(found)


def test_a_login_is_needed() -> None:
    """Without it nobody knows which comments are ours."""
    wrong = _ENVIRONMENT | {"PERIPLUS_PREVIEWER_FORGE_LOGIN": ""}
    with pytest.raises(SettingsError, match="forge_login must not be empty"):
        settings_from(PreviewerSettings, wrong)
