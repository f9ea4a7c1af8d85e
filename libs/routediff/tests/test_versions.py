"""Views that versions printed, read alike."""

import orjson

from libs.compile.memo import Memo
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.vantages import Vantage
from libs.envoy.json import snapshot_json
from libs.kernel.ids import ClusterName
from libs.routediff.fleet import Pair
from libs.routediff.preview import compared
from libs.routediff.sights import Seen, Sight, Unseen
from libs.routediff.tests.fleets import side
from libs.routediff.versions import Printed, PrintedSight, PrintError

EAST = ClusterName("east")
_PROXY = Proxy(ProxyType.SIDECAR, "default", ("10.0.0.1",), cluster=EAST)
_SIDE = side()
_WORLD = _SIDE.world(EAST, _SIDE.placed(EAST))


def _printed(proxy: Proxy, timeout: bytes = b"0s") -> Printed:
    made = compile_snapshot(_WORLD, proxy, Memo())
    text = orjson.dumps(snapshot_json(made.snapshot))
    return Printed(text.replace(b'"timeout":"0s"', b'"timeout":"' + timeout + b'"'), made)


def test_a_printed_view_is_read_as_it_was_made() -> None:
    """Nothing is lost on the way through JSON that a call could notice."""
    pair = Pair(Sight(_WORLD), PrintedSight(_WORLD, _printed), EAST)
    found = compared({EAST: pair}).differences
    assert [(one.classes, one.undecided) for one in found] == [((), ())]


def test_another_version_is_another_view() -> None:
    """Each is asked once."""
    asked = []

    def other(proxy: Proxy) -> Printed:
        asked.append(proxy)
        return _printed(proxy, b"7s")

    sight = PrintedSight(_WORLD, other)
    first, again = (sight.from_(Vantage("a", _PROXY)) for _ in range(2))
    assert isinstance(first, Seen)
    assert first is again
    assert asked == [_PROXY]
    pair = Pair(PrintedSight(_WORLD, _printed), sight, EAST)
    (found,) = compared({EAST: pair}).differences
    assert {one.found.effect.value for one in found.classes} == {"resilience only"}


def test_a_version_that_prints_nothing_has_no_view() -> None:
    """Its own words are the reason."""

    def silent(proxy: Proxy) -> Printed:
        raise PrintError(f"no {proxy.type}")

    assert PrintedSight(_WORLD, silent).from_(Vantage("a", _PROXY)) == Unseen("no sidecar")
