"""A client that asks for very much is served in pieces, so that others have their turn."""

from libs.kernel.ids import ResourceName, Version
from libs.kernel.xds import CLUSTER, ENDPOINT, SECRET, Resource
from libs.xdsproto.commands import Respond
from libs.xdsproto.due import Quantum
from libs.xdsproto.engine import AdsEngine, StreamLimits
from libs.xdsproto.events import DeltaRequest, SnapshotAssigned, SotwRequest
from libs.xdsproto.published import full

COUNT = 10


def _engine(quantum: Quantum) -> AdsEngine:
    made = AdsEngine(StreamLimits(quantum=quantum))
    resources = [
        Resource(url, ResourceName(f"r{number}"), Version("1"), b"x" * 100)
        for url in (CLUSTER, ENDPOINT, SECRET)
        for number in range(COUNT)
    ]
    made.receive(SnapshotAssigned(full(Version("s"), resources)))
    return made


def _sizes(engine: AdsEngine) -> list[int]:
    """Give the number of entries and removals of each response, all acknowledged."""
    sizes = []
    while commands := engine.advance():
        for one in commands:
            if isinstance(one, Respond):
                sizes.append(len(one.entries) + len(one.removed))
                engine.receive(DeltaRequest(one.type_url, nonce=one.nonce))
    return sizes


def test_a_response_carries_so_many_resources_at_most() -> None:
    """The rest follows, and everything is sent once."""
    engine = _engine(Quantum(resources_max=4))
    engine.receive(DeltaRequest(CLUSTER))
    assert _sizes(engine) == [4, 4, 2]


def test_a_response_carries_so_many_bytes_at_most() -> None:
    """A single resource is sent whatever its size."""
    engine = _engine(Quantum(body_bytes_max=150))
    engine.receive(DeltaRequest(CLUSTER))
    assert _sizes(engine) == [2] * 5
    engine = _engine(Quantum(body_bytes_max=1))
    engine.receive(DeltaRequest(CLUSTER))
    assert _sizes(engine) == [1] * 10


def test_names_that_nobody_has_are_answered_in_pieces_as_well() -> None:
    """A stranger with a hundred thousand names gets no answer that takes a second to make."""
    engine = _engine(Quantum(resources_max=4))
    names = tuple(ResourceName(f"made-up-{number}") for number in range(COUNT))
    engine.receive(DeltaRequest(SECRET, names))
    assert _sizes(engine) == [4, 4, 2]


def test_a_full_set_is_never_cut() -> None:
    """In the state of the world, clusters that are not in a response are gone."""
    engine = _engine(Quantum(resources_max=4))
    engine.receive(SotwRequest(CLUSTER))
    responses = [one for one in engine.advance() if isinstance(one, Respond)]
    assert [len(one.entries) for one in responses] == [COUNT]
