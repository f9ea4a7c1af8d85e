"""Settings from environment variables."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

import pytest

from libs.adapters.system.environment import SettingsError, number, settings_from


class Colour(StrEnum):
    """A choice."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """Settings within settings."""

    colour: Colour = Colour.RED
    loud: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One of a list."""

    host: str
    port: int = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy:
    """Something of every sort."""

    PREFIX: ClassVar[str] = "TOY_"

    url: str
    pause_s: float = number(1.0, above=0)
    tries: int = number(3, least=1, most=9)
    folder: Path | None = None
    names: tuple[str, ...] = ("a",)
    peers: tuple[Peer, ...] = ()
    password: str = field(default="", repr=False)
    inner: Inner = field(default_factory=Inner)
    peer: Peer | None = None

    def __post_init__(self) -> None:
        """Two fields may contradict each other."""
        if self.url == self.password:
            raise ValueError("url is the password")


def test_what_is_not_set_is_as_declared() -> None:
    """Only what has no default has to be set."""
    assert settings_from(Toy, {"TOY_URL": "u", "OTHER": "x"}) == Toy(url="u")


def test_every_sort_of_value_is_read() -> None:
    """Lists are JSON, an empty text is nothing where nothing may be."""
    said = {
        "TOY_URL": "u",
        "TOY_PAUSE_S": "0.5",
        "TOY_TRIES": "2",
        "TOY_FOLDER": "/x",
        "TOY_NAMES": '["b", "c"]',
        "TOY_PEERS": '[{"host": "h", "port": 81}, {"host": "i"}]',
        "TOY_INNER__COLOUR": "blue",
        "TOY_INNER__LOUD": "true",
    }
    expected = Toy(
        url="u",
        pause_s=0.5,
        tries=2,
        folder=Path("/x"),
        names=("b", "c"),
        peers=(Peer(host="h", port=81), Peer(host="i")),
        inner=Inner(colour=Colour.BLUE, loud=True),
    )
    assert settings_from(Toy, said) == expected
    assert settings_from(Toy, {**said, "TOY_FOLDER": ""}).folder is None


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        pytest.param("PAUSE_S", "0", "TOY_PAUSE_S: has to be more than 0", id="a bound"),
        pytest.param("TRIES", "10", "TOY_TRIES: has to be at most 9", id="an upper bound"),
        pytest.param("TRIES", "0", "TOY_TRIES: has to be at least 1", id="a lower bound"),
        pytest.param("TRIES", "1.5", "TOY_TRIES: is not a whole number", id="no whole number"),
        pytest.param("PAUSE_S", "soon", "TOY_PAUSE_S: is not a number", id="no number"),
        pytest.param("NAMES", "b", "TOY_NAMES: is no JSON list", id="no list"),
        pytest.param("NAMES", "{}", "TOY_NAMES: is no JSON list", id="another JSON value"),
        pytest.param("PEERS", "[1]", "TOY_PEERS: has something that is no object", id="no object"),
        pytest.param("PEERS", '[{"x": 1}]', "TOY_PEERS: has unknown field `x`", id="a slip"),
        pytest.param("PEERS", "[{}]", "TOY_PEERS: HOST: has to be set", id="a missing name"),
        pytest.param("INNER__COLOUR", "green", "TOY_INNER__COLOUR: is none of red, blue", id="a"),
        pytest.param("INNER__LOUD", "x", "TOY_INNER__LOUD: is neither true nor", id="no truth"),
        pytest.param("PASSWORD", "u", r"TOY_\*: url is the password", id="a contradiction"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_variable(
    name: str, value: str, sentence: str
) -> None:
    """The sentence says what a value has to be."""
    with pytest.raises(SettingsError, match=sentence):
        settings_from(Toy, {"TOY_URL": "u", f"TOY_{name}": value})


def test_settings_that_may_be_missing_are_there_as_soon_as_one_of_them_is() -> None:
    """Then they are needed as a whole."""
    found = settings_from(Toy, {"TOY_URL": "u", "TOY_PEER__HOST": "h"})
    assert found.peer == Peer(host="h")
    with pytest.raises(SettingsError, match="TOY_PEER__HOST: has to be set"):
        settings_from(Toy, {"TOY_URL": "u", "TOY_PEER__PORT": "1"})


def test_everything_that_is_wrong_is_said_at_once() -> None:
    """Nobody has to start a service again for each of them."""
    with pytest.raises(SettingsError) as caught:
        settings_from(Toy, {"TOY_TRIES": "x"})
    assert caught.value.problems == (
        "TOY_URL: has to be set",
        "TOY_TRIES: is not a whole number",
    )
