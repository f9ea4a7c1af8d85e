"""The `--update` flag of the golden tests."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a person accept what is compiled now."""
    parser.addoption(
        "--update",
        action="store_true",
        default=False,
        help="write goldens as compiled now and delete stale ones; review the difference",
    )


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether goldens are written instead of compared."""
    return bool(request.config.getoption("--update", default=False))
