"""Fetches key sets from where users say that they are: addresses that nobody vouches for."""

from typing import Protocol


class KeySetError(Exception):
    """There are no keys to be had; the text is one sentence without anything that came back."""


class KeySets(Protocol):
    """A reader of JSON Web Key Sets with limits on time and size. It follows nobody elsewhere."""

    def fetch(self, address: str) -> str:
        """Return the set at an `http` or `https` address. Raises `KeySetError`."""
        ...
