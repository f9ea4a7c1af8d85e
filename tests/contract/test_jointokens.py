"""What `JoinTokens` promises, asked of SQLite, PostgreSQL and the twin in memory alike."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from libs.fakes.jointokens import FakeJoinTokens
from libs.kernel.ids import ClusterName
from libs.ports.jointokens import JoinToken, JoinTokens
from tests.contract.storeplaces import postgres_place, sqlite_place

NOW_S = 1000.0
TOKEN = JoinToken("a1", ClusterName("east"), "shop", "cart", NOW_S + 60)


@pytest.fixture(params=["fake", "sqlite", "postgres"])
def tokens(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JoinTokens]:
    """An empty place of each kind."""
    if request.param == "fake":
        yield FakeJoinTokens()
    elif request.param == "sqlite":
        place = sqlite_place(tmp_path)
        yield place.open()
        place.close()
    else:
        with postgres_place(request.getfixturevalue("postgres_url")) as postgres:
            yield postgres.open()


def test_a_token_is_there_until_it_is_spent(tokens: JoinTokens) -> None:
    """Looking at it spends nothing."""
    assert tokens.join_token("a1") is None
    tokens.add_join_token(TOKEN, NOW_S)
    tokens.add_join_token(TOKEN, NOW_S)
    assert tokens.join_token("a1") == TOKEN
    assert tokens.join_token("a1") == TOKEN
    assert tokens.spend_join_token("a1", NOW_S)
    assert tokens.join_token("a1") is None
    assert not tokens.spend_join_token("a1", NOW_S)


def test_one_that_has_expired_is_not_spent(tokens: JoinTokens) -> None:
    """The moment of expiry is already too late; the next token that is made clears it away."""
    tokens.add_join_token(TOKEN, NOW_S)
    assert not tokens.spend_join_token("a1", TOKEN.expires_at_s)
    assert tokens.join_token("a1") == TOKEN
    later = JoinToken("b2", ClusterName("east"), "shop", "cart", NOW_S + 600)
    tokens.add_join_token(later, TOKEN.expires_at_s)
    assert tokens.join_token("a1") is None
    assert tokens.join_token("b2") == later


def test_of_many_callers_at_once_one_spends_it(tokens: JoinTokens) -> None:
    """However they meet."""
    tokens.add_join_token(TOKEN, NOW_S)
    with ThreadPoolExecutor(8) as pool:
        spent = list(pool.map(lambda _: tokens.spend_join_token("a1", NOW_S), range(16)))
    assert spent.count(True) == 1
