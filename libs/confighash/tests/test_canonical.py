"""What Envoy takes as equal has one canonical form, and what differs keeps different ones."""

import random  # noqa: TID251 - seeded

import pytest
from google.protobuf import any_pb2, struct_pb2
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.route.v3 import route_components_pb2, route_pb2

from libs.confighash.canonical import canonical
from libs.confighash.wire import MalformedError, delimited, fields, varint

ROUTE = "envoy.config.route.v3.Route"
CONFIG = "envoy.config.route.v3.RouteConfiguration"


def route() -> route_components_pb2.Route:
    """Return a route with maps, an Any, wrappers, repeated numbers and a oneof."""
    made = route_components_pb2.Route(name="r")
    made.match.prefix = "/a"
    made.match.headers.add(name="x").string_match.exact = "1"
    made.route.cluster = "c"
    made.route.timeout.seconds = 3
    made.route.retry_policy.num_retries.value = 0
    made.route.retry_policy.retriable_status_codes.extend([503, 300, 5])
    made.metadata.filter_metadata["b"].update({"z": 1, "a": [True, None, "x"]})
    made.metadata.filter_metadata["a"].update({})
    nested = struct_pb2.Struct()
    nested.update({"k": 1, "j": {"y": 2, "x": 3}})
    made.typed_per_filter_config["f"].Pack(nested, deterministic=True)
    return made


def shuffled(raw: bytes, source: random.Random) -> bytes:
    """Return the fields of a message in another order of numbers, with an unknown one added."""
    groups: dict[int, bytes] = {}
    for number, _, start, _, end in fields(raw):
        groups[number] = groups.get(number, b"") + raw[start:end]
    parts = [*groups.values(), delimited(30_000, b"unknown")]
    source.shuffle(parts)
    return b"".join(parts)


def test_deterministic_bytes_are_canonical_already() -> None:
    """What protobuf writes deterministically comes back as the very same object."""
    raw = route().SerializeToString(deterministic=True)
    assert canonical(raw, ROUTE) is raw


@pytest.mark.parametrize("seed", range(20))
def test_order_and_unknown_fields_do_not_count(seed: int) -> None:
    """Any order of fields, with unknown ones between, has the form of the ordered message."""
    source = random.Random(seed)  # noqa: S311 - seeded
    raw = route().SerializeToString(deterministic=True)
    assert canonical(shuffled(raw, source), ROUTE) == raw


def test_maps_inside_an_any_are_sorted() -> None:
    """An Any whose map was written in another order is the same."""
    entry = [delimited(1, delimited(1, key) + delimited(2, b"\x20\x01")) for key in (b"a", b"b")]
    url = b"type.googleapis.com/google.protobuf.Struct"
    forms = {
        canonical(delimited(1, url) + delimited(2, b"".join(order)), "google.protobuf.Any")
        for order in (entry, entry[::-1])
    }
    assert len(forms) == 1


@pytest.mark.parametrize(
    ("spelling", "name", "expected"),
    [
        pytest.param(b"\x08\x81\x00", "google.protobuf.UInt32Value", b"\x08\x01", id="long number"),
        pytest.param(b"\x8a\x80\x00\x01x", "google.protobuf.StringValue", b"\n\x01x", id="longer"),
        pytest.param(b"\x08\x00", "google.protobuf.UInt32Value", b"", id="default"),
        pytest.param(b"\x08\x01\x08\x02", "google.protobuf.UInt32Value", b"\x08\x02", id="last"),
        pytest.param(b"\x08\x02", "google.protobuf.BoolValue", b"\x08\x01", id="truth"),
        pytest.param(b"\x8a\x00\x01x", "google.protobuf.StringValue", b"\n\x01x", id="long tag"),
    ],
)
def test_spellings_on_the_wire_have_one_form(spelling: bytes, name: str, expected: bytes) -> None:
    """Numbers are shortest, defaults are gone, the last of several values stays."""
    assert canonical(spelling, name) == expected


def test_packed_and_unpacked_numbers_are_equal() -> None:
    """A list of numbers is packed, however it came."""
    name = "envoy.config.route.v3.RetryPolicy"
    unpacked = b"".join(varint(7 << 3) + varint(code) for code in (503, 504))
    packed = delimited(7, varint(503) + varint(504))
    assert canonical(unpacked, name) == canonical(packed, name) == packed
    twice = delimited(7, varint(503)) + delimited(7, varint(504))
    assert canonical(twice, name) == packed


def test_a_message_in_two_parts_is_joined() -> None:
    """Parts of a singular message are merged, as a parser merges them."""
    part = delimited(1, delimited(1, b"a")) + delimited(1, delimited(2, b"b"))
    name = "envoy.config.core.v3.Node"
    whole = base_pb2.Node.FromString(delimited(4, b"") + part).SerializeToString(deterministic=True)
    parsed = base_pb2.Node.FromString(part).SerializeToString(deterministic=True)
    assert canonical(part, name) == parsed != whole


def test_an_empty_message_is_not_an_absent_one() -> None:
    """Presence counts."""
    there = route_pb2.RouteConfiguration(vhds=route_pb2.Vhds()).SerializeToString()
    assert canonical(there, CONFIG) == there != b""


def test_the_last_member_of_a_oneof_stays() -> None:
    """Of prefix and path in one match, the later one counts."""
    name = "envoy.config.route.v3.RouteMatch"
    assert canonical(delimited(1, b"/a") + delimited(2, b"/b"), name) == delimited(2, b"/b")


@pytest.mark.parametrize("cut", range(1, 60))
def test_bytes_that_end_early_are_refused_or_are_a_message(cut: int) -> None:
    """A cut message is refused with a sentence exactly where protobuf refuses it."""
    raw = route().SerializeToString(deterministic=True)[:cut]
    try:
        parsed = route_components_pb2.Route.FromString(raw)
    except Exception:  # noqa: BLE001 - the parsers of protobuf differ in what they raise
        with pytest.raises(MalformedError):
            canonical(raw, ROUTE)
    else:
        assert canonical(raw, ROUTE) == parsed.SerializeToString(deterministic=True)


def test_too_deep_nesting_is_refused() -> None:
    """A message within messages without end is refused before the stack is."""
    value = b""
    for _ in range(300):
        value = delimited(6, delimited(1, value))
    with pytest.raises(MalformedError, match="nested deeper"):
        canonical(value, "google.protobuf.Value")


def test_an_unknown_any_is_taken_as_it_is() -> None:
    """The content of a type that is not in the tables is opaque."""
    opaque = any_pb2.Any(type_url="type.googleapis.com/own.Type", value=b"\xff\xff")
    raw = opaque.SerializeToString()
    assert canonical(raw, "google.protobuf.Any") == raw
