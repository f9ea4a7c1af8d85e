"""How a service's process ends, and what it says when it cannot begin."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import pytest

from libs.adapters.system.service import main
from libs.kernel.looperrors import StalledError, TransientError
from libs.ports.steps import Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One required setting."""

    PREFIX: ClassVar[str] = "PERIPLUS_TOY_"

    store_url: str


def raising(error: Exception) -> Callable[[Settings, Steps], None]:
    """A service that fails at once."""

    def run(_settings: Settings, _steps: Steps) -> None:
        raise error

    return run


def test_a_service_runs_with_the_settings_of_its_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It gets its settings and somebody who listens to no step, and ends with 0."""
    monkeypatch.setenv("PERIPLUS_TOY_STORE_URL", "sqlite:///x")
    seen: list[str] = []

    def run(settings: Settings, steps: Steps) -> None:
        steps.reached("any")
        seen.append(settings.store_url)

    assert main("toy", Settings, run) == 0
    assert seen == ["sqlite:///x"]


def test_a_missing_setting_is_named_as_the_variable_that_sets_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit status says that a restart will not help."""
    monkeypatch.delenv("PERIPLUS_TOY_STORE_URL", raising=False)
    assert main("toy", Settings, raising(AssertionError())) == 2
    assert capsys.readouterr().err == "toy: PERIPLUS_TOY_STORE_URL: has to be set\n"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(StalledError("address in use"), 2, id="a person has to act"),
        pytest.param(TransientError("address in use"), 1, id="a restart may help"),
    ],
)
def test_an_error_ends_the_service_with_its_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    status: int,
) -> None:
    """Nobody has to read a stack trace."""
    monkeypatch.setenv("PERIPLUS_TOY_STORE_URL", "x")
    assert main("toy", Settings, raising(error)) == status
    assert capsys.readouterr().err == "toy: address in use\n"


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is no loop error keeps its stack trace."""
    monkeypatch.setenv("PERIPLUS_TOY_STORE_URL", "x")
    with pytest.raises(ZeroDivisionError):
        main("toy", Settings, raising(ZeroDivisionError()))
