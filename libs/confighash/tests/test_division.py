"""Messages are taken apart into the parts that protobuf would find."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from libs.confighash.division import GROUP_PARTS, divided, grouped, joined
from libs.confighash.wire import delimited


@given(st.lists(st.binary(max_size=300), max_size=40))
def test_a_joined_message_is_divided_into_its_parts(parts: list[bytes]) -> None:
    """Short and long parts are found, whatever is in them."""
    assert divided(joined(b"\n\x02ab", 2, parts), 2) == (b"\n\x02ab", parts)


def long_length(part: bytes) -> bytes:
    """Return a part whose length takes a byte more than it has to."""
    return b"\x12" + bytes([len(part) & 127 | 128, len(part) >> 7 | 128, 0]) + part


SPELLED = st.one_of(
    st.binary(max_size=200).map(lambda part: delimited(2, part)),
    st.binary(max_size=200).map(long_length),
    st.binary(max_size=9).map(lambda part: b"\x92\0" + delimited(2, part)[1:]),
    st.binary(max_size=9).map(lambda part: delimited(1, part)),
)


@given(st.lists(SPELLED, max_size=40))
def test_groups_hold_the_parts_in_their_order(pieces: list[bytes]) -> None:
    """Fields between the parts, long tags and long lengths change no group."""
    raw = b"".join(pieces)
    rest, parts = divided(raw, 2)
    found, row, bounds = grouped(raw, 2)
    groups = [row[start:stop] for start, stop in itertools.pairwise(bounds)]
    assert (found, divided(b"".join(groups), 2)) == (rest, (b"", parts))
    assert [len(divided(each, 2)[1]) for each in groups[:-1]] == [GROUP_PARTS] * (len(groups) - 1)
