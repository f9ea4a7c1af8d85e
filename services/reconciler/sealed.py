"""Secrets that git holds sealed: opened with keys at hand, and never deleted for lack of one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from libs.adapters.sealing.keys import Keyring, SealingKeyError, keyring
from libs.adapters.sealing.sealed import OpeningError, opened
from libs.desired.select import PlacedObject
from libs.kernel.looperrors import StalledError
from libs.kernel.origins import ObjectKey
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.sealedsecret import SealedSecret

Placed = PlacedObject[ParsedObject]


@dataclass(frozen=True, slots=True)
class Opened:
    """Objects with Secrets in the place of SealedSecrets, and the Secrets that stay closed."""

    objects: tuple[Placed, ...]
    closed: dict[ObjectKey, str]


Opening = Callable[[Iterable[Placed]], Opened]


def opening(keys: Keyring) -> Opening:
    """Return what opens with these keys; with none, everything stays closed."""

    def open_all(placed: Iterable[Placed]) -> Opened:
        found: list[Placed] = []
        closed: dict[ObjectKey, str] = {}
        for one in placed:
            sealed = one.item.object
            if not isinstance(sealed, SealedSecret):
                found.append(one)
                continue
            try:
                made = opened(sealed, keys)
            except OpeningError as error:
                closed[ObjectKey("", "Secret", sealed.namespace, sealed.metadata.name)] = str(error)
            else:
                item = ParsedObject(made, one.item.origin, one.item.positions)
                found.append(PlacedObject(item, one.set))
        return Opened(tuple(found), closed)

    return open_all


def opening_with(place: Path | None) -> Opening:
    """Return what opens with the keys in a file or folder. Raises StalledError for none."""
    if place is None:
        return opening({})
    files = sorted(one for one in place.iterdir() if one.is_file()) if place.is_dir() else [place]
    try:
        return opening(keyring(one.read_bytes() for one in files))
    except OSError as error:
        raise StalledError(f"{place}: {error.strerror}; name the keys that open") from error
    except SealingKeyError as error:
        raise StalledError(f"{place}: {error}") from error
