"""A fingerprint is the same from whole bytes and from parts, and what is kept is bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protogen.envoy.config.route.v3 import route_pb2

from libs.confighash import tree
from libs.confighash.division import divided
from libs.confighash.tree import BYTES, SEMANTIC, Hasher
from libs.confighash.wire import MalformedError, delimited

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


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_cut_table_is_refused(cut: int) -> None:
    """A table whose bytes end within a host has no fingerprint."""
    with pytest.raises(MalformedError):
        Hasher(CONFIG).of_bytes(table("a")[:-cut])


@given(st.lists(st.integers(0, 50), max_size=60), st.lists(st.integers(0, 50), max_size=60))
def test_equal_exactly_when_the_hosts_are_equal(left: list[int], right: list[int]) -> None:
    """Whatever is remembered of another table, only equal hosts in one order have one digest."""
    hasher = Hasher(CONFIG)
    sides = [hasher.of_bytes(table(*map(str, hosts))) for hosts in (left, right)]
    assert (sides[0] == sides[1]) == (left == right)


@pytest.mark.parametrize("kind", [BYTES, SEMANTIC])
@given(st.lists(st.tuples(st.integers(0, 39), st.sampled_from("xyz")), max_size=12))
def test_replaced_parts_give_the_digest_of_the_whole(
    kind: str, changes: list[tuple[int, str]]
) -> None:
    """After any replacements the digest is that of the table that has them."""
    hosts = [str(number) for number in range(40)]
    held = Hasher(CONFIG, kind).retained(*divided(table(*hosts), 2))
    for at, name in changes:
        hosts[at] = name
        (part,) = divided(table(name), 2)[1]
        assert held.replace(at, part) == Hasher(CONFIG, kind).of_bytes(table(*hosts))


@pytest.mark.parametrize("at", [-1, 1])
def test_a_part_that_is_not_there_is_not_replaced(at: int) -> None:
    """A position outside of the resource is refused."""
    with pytest.raises(IndexError, match="no part"):
        Hasher(CONFIG).retained(*divided(table("a"), 2)).replace(at, b"")


def test_a_last_group_that_grows_is_hashed_again() -> None:
    """A group that begins as a remembered one is not taken for it."""
    hasher = Hasher(CONFIG)
    grown = [hasher.of_bytes(table(*"abcdef"[:count])) for count in (3, 4, 3)]
    assert grown[0] == grown[2] != grown[1] == Hasher(CONFIG).of_bytes(table(*"abcd"))


def test_what_is_held_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """More parts than the limit do not stay, in either form."""
    monkeypatch.setattr(tree, "MEMO_ENTRIES_MAX", 4)
    forms, groups = tree.Canonicals(CONFIG), tree.Groups("x", 2)
    for number in range(10):
        forms[delimited(1, bytes([number]))]
        groups.of_row(bytes([number]), [0, 1])
        groups.of_payloads([bytes([number])])
    assert len(forms) <= 4
    assert len(groups) <= 5


def test_held_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large groups do not stay either."""
    monkeypatch.setattr(tree, "MEMO_BYTES_MAX", 1000)
    groups = tree.Groups("x", 2)
    for number in range(10):
        groups.of_row(bytes([number]) * 300, [0, 300])
    assert len(groups) <= 3
