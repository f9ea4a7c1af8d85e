"""S5: what is asked for and not there, told to clients that read errors of single resources."""

from protogen.envoy.service.discovery.v3 import discovery_pb2

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.xds import LISTENER, ROUTE, Resource
from libs.xdsproto.commands import Respond
from libs.xdsproto.engine import AdsEngine
from libs.xdsproto.events import SnapshotAssigned, SotwRequest
from libs.xdsproto.published import full, successor
from libs.xdsproto.wire import sotw_response

THERE, MISSING = ResourceName("there"), ResourceName("missing")


def _resource(url: TypeUrl, name: ResourceName, version: str = "1") -> Resource:
    return Resource(url, name, Version(version), b"")


MESH = full(Version("s1"), [_resource(LISTENER, THERE), _resource(ROUTE, THERE)])


def _engine(*, reads: bool = True) -> AdsEngine:
    engine = AdsEngine()
    engine.reads_errors = reads
    engine.receive(SnapshotAssigned(MESH))
    return engine


def _asked(engine: AdsEngine, url: TypeUrl, *names: ResourceName) -> list[Respond]:
    engine.receive(SotwRequest(url, names))
    return [one for one in engine.advance() if isinstance(one, Respond)]


def test_a_name_that_nobody_has_is_told_once() -> None:
    """S5: beside what there is; the answer to it asks nothing new."""
    engine = _engine()
    for url in (LISTENER, ROUTE):
        (response,) = _asked(engine, url, THERE, MISSING)
        assert [one.name for one in response.entries] == [THERE]
        assert response.absent == (MISSING,)
        engine.receive(SotwRequest(url, (THERE, MISSING), response.version, response.nonce))
        assert not [one for one in engine.advance() if isinstance(one, Respond)]


def test_who_does_not_read_it_is_told_nothing() -> None:
    """S5: such a client waits, and has timers for that."""
    assert _asked(_engine(reads=False), ROUTE, MISSING) == []


def test_what_springs_into_being_is_sent_and_what_ends_is_told() -> None:
    """S5, S6: a client is never left with what was so a while ago."""
    engine = _engine()
    (response,) = _asked(engine, ROUTE, MISSING)
    engine.receive(SotwRequest(ROUTE, (MISSING,), response.version, response.nonce))
    after = successor(MESH, Version("s2"), [_resource(ROUTE, MISSING)], [])
    engine.receive(SnapshotAssigned(after))
    (response,) = [one for one in engine.advance() if isinstance(one, Respond)]
    assert ([one.name for one in response.entries], response.absent) == ([MISSING], ())
    engine.receive(SotwRequest(ROUTE, (MISSING,), response.version, response.nonce))
    engine.advance()
    engine.receive(SnapshotAssigned(successor(after, Version("s3"), [], [(ROUTE, MISSING)])))
    (response,) = [one for one in engine.advance() if isinstance(one, Respond)]
    assert response.absent == (MISSING,)


def test_absence_is_written_as_an_error_of_the_resource() -> None:
    """S5: with its name, and the code that means not found."""
    data = sotw_response(ROUTE, Version("v"), "n", (), [MISSING])
    (error,) = discovery_pb2.DiscoveryResponse.FromString(data).resource_errors
    told = error.error_detail
    assert (error.resource_name.name, told.code, told.message) == (MISSING, 5, "no such")
