"""Settings of the api."""

import json

import pytest

from libs.adapters.forges.webhooks import ForgeKind
from libs.adapters.system.environment import SettingsError, settings_from
from services.api.settings import ApiSettings

_HOOK = {
    "name": "main",
    "forge": "gitlab",
    "repository": "fleet/configs",
    "secret": "a secret of the tests",
    "requests": ["http://127.0.0.1:15081/trigger"],
}


def _settings(**changed: str) -> ApiSettings:
    return settings_from(ApiSettings, {"PERIPLUS_API_WEBHOOKS": json.dumps([_HOOK | changed])})


def test_a_webhook_is_an_object() -> None:
    """Its secret is in no text."""
    (hook,) = _settings().webhooks
    assert (hook.forge, hook.requests) == (ForgeKind.GITLAB, ("http://127.0.0.1:15081/trigger",))
    assert "secret" not in repr(hook)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "Main/../x"}, "small letters"),
        ({"secret": "short"}, "less than 16"),
        ({"forge": "sourceforge"}, "none of github, gitlab, gitea, bitbucket"),
        ({"extra": "1"}, "unknown field `extra`"),
    ],
)
def test_a_wrong_webhook_is_refused_at_the_start(changed: dict[str, str], sentence: str) -> None:
    """With a sentence that says what to write."""
    with pytest.raises(SettingsError, match=sentence):
        _settings(**changed)
