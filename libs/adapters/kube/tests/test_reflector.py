"""From which moment a watch goes on, and how long it waits."""

import orjson
import pytest

from libs.adapters.kube.reflector import BACKOFF_S_MAX, PlaceLostError, Reflector
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import Changed, Gone, Listing, Resource, Selection

MAPS = Resource("", "v1", "ConfigMap", "configmaps", namespaced=True)
SELECTION = Selection("", "ConfigMap")
KEY = ObjectKey("", "ConfigMap", "n", "m")


def _line(kind: str, version: str) -> bytes:
    metadata = {"name": "m", "namespace": "n", "uid": "u", "resourceVersion": version}
    return orjson.dumps({"type": kind, "object": {"metadata": metadata}})


def _reflector() -> Reflector:
    made = Reflector(SELECTION)
    made.listed(Listing((), "5"))
    return made


def test_every_line_moves_the_moment() -> None:
    """Changes, ends and bookmarks alike; a bookmark tells nothing."""
    reflector = _reflector()
    changed = reflector.line(MAPS, _line("MODIFIED", "6"))
    assert isinstance(changed, Changed)
    assert (changed.live.key, changed.live.body["kind"]) == (KEY, "ConfigMap")
    assert reflector.line(MAPS, _line("DELETED", "7")) == Gone(SELECTION, KEY, "u")
    assert reflector.line(MAPS, _line("BOOKMARK", "9")) is None
    assert reflector.moment == "9"


@pytest.mark.parametrize("line", [b'{"type":"ERROR","object":{"code":410}}', b"half a li"])
def test_an_error_in_the_stream_begins_again(line: bytes) -> None:
    """A forgotten moment, and what nobody can read, lead to a listing."""
    reflector = _reflector()
    with pytest.raises(PlaceLostError):
        reflector.line(MAPS, line)


def test_a_watch_from_a_forgotten_moment_begins_again() -> None:
    """410 loses the place; a server that is busy does not."""
    reflector = _reflector()
    reflector.refused(503)
    assert reflector.moment == "5"
    reflector.refused(410)
    assert reflector.moment == ""


def test_failures_wait_longer_each_time_up_to_a_limit() -> None:
    """Until a watch begins, which forgives all of them."""
    reflector = _reflector()
    waits = [reflector.backoff_s(1.0) for _ in range(20)]
    assert waits == sorted(waits)
    assert waits[-1] == BACKOFF_S_MAX
    assert reflector.backoff_s(0.0) == BACKOFF_S_MAX / 2
    reflector.begun()
    assert reflector.backoff_s(1.0) == waits[0]
