"""A fingerprint is the same from whole bytes and from parts, and what is kept is bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protogen.envoy.config.route.v3 import route_pb2

from libs.confighash import tree
from libs.confighash.tree import BYTES, SEMANTIC, Hasher, divided, joined

CONFIG = "envoy.config.route.v3.RouteConfiguration"


def table(*hosts: str) -> bytes:
    """Return a route configuration with these virtual hosts."""
    made = route_pb2.RouteConfiguration(name="80")
    for host in hosts:
        made.virtual_hosts.add(name=host, domains=[host] * 40)
    return made.SerializeToString(deterministic=True)


@pytest.mark.parametrize("kind", [BYTES, SEMANTIC])
def test_whole_bytes_and_parts_agree(kind: str) -> None:
    """A producer that keeps the parts gets the digest of the whole."""
    hasher = Hasher(CONFIG, kind)
    assert hasher.of_bytes(table("a", "b")) == hasher.of_parts(*divided(table("a", "b"), 2))


@pytest.mark.parametrize("kind", [BYTES, SEMANTIC])
def test_memory_of_parts_changes_no_digest(kind: str) -> None:
    """A hasher that saw other tables says what a new one says."""
    used = Hasher(CONFIG, kind)
    used.many([table("a", "b"), table("b", "c")])
    assert used.of_bytes(table("a", "c")) == Hasher(CONFIG, kind).of_bytes(table("a", "c"))


def test_order_of_hosts_counts_and_unknown_fields_count_in_bytes_only() -> None:
    """Envoy reloads for another order; it ignores fields that it does not know."""
    unknown = b"\xfa\x7f\x01x"
    semantic, exact = Hasher(CONFIG, SEMANTIC), Hasher(CONFIG)
    assert semantic.of_bytes(table("a", "b")) != semantic.of_bytes(table("b", "a"))
    assert semantic.of_bytes(table("a")) == semantic.of_bytes(table("a") + unknown)
    assert exact.of_bytes(table("a")) != exact.of_bytes(table("a") + unknown)


def test_equal_bytes_of_two_types_differ() -> None:
    """The type is part of the digest."""
    assert Hasher("google.protobuf.StringValue").of_bytes(b"") != Hasher(
        "google.protobuf.BytesValue"
    ).of_bytes(b"")


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_joined_message_is_divided_into_its_parts(parts: list[bytes]) -> None:
    """Short and long parts are found, whatever is in them."""
    assert divided(joined(b"\n\x02ab", 2, parts), 2) == (b"\n\x02ab", parts)


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """More parts than the limit do not stay."""
    monkeypatch.setattr(tree, "MEMO_ENTRIES_MAX", 4)
    memo = tree.Memo(CONFIG)
    for number in range(10):
        memo[bytes([number])]
    assert len(memo) <= 4
