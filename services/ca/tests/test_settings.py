"""Settings that cannot work are refused at the start."""

from pathlib import Path

import pytest

from services.ca.settings import CaSettings, ReviewerSettings


def test_the_longest_life_is_no_shorter_than_the_usual(tmp_path: Path) -> None:
    """The sentence names both."""
    assert CaSettings(authorities=tmp_path).life_s == 86_400
    with pytest.raises(ValueError, match="longer than life_s_max"):
        CaSettings(authorities=tmp_path, life_s=100, life_s_max=50)


def test_tokens_are_reviewed_over_tls_only(tmp_path: Path) -> None:
    """An address without TLS would hand tokens to whoever listens."""
    with pytest.raises(ValueError, match="https"):
        ReviewerSettings(
            cluster="east", server="http://10.0.0.1", authorities=tmp_path, token_file=tmp_path
        )
