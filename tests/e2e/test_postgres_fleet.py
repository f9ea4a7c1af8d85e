"""The same fleet over PostgreSQL."""

from pathlib import Path

from tests.e2e.smallfleet import route_to, until
from tests.e2e.stack import running_stack


def test_a_push_goes_live_over_postgresql(tmp_path: Path, envoy: Path, postgres_url: str) -> None:
    """What `periplus up` does over SQLite it does over PostgreSQL, woken by its notifications."""
    url = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    with running_stack(tmp_path, store_url=url) as stack, stack.load.constant() as load:
        commit = stack.push({"configs/hello/route.yaml": route_to("v2")})
        until(lambda: load.once() == "v2", "v2 is served")
        until(lambda: stack.live_commit() == commit, "the commit is live")
        assert load.failed == []
