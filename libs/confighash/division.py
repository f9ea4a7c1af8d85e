"""Where messages split into parts, and how their bytes are taken apart there.

Parts of usual bytes are found without a call for each; unusual spellings go a slower way to the
same result.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from libs.confighash.schema import LENGTH
from libs.confighash.wire import MalformedError, delimited, field_at, fields, read_varint

GROUP_PARTS = 16


class Split(NamedTuple):
    """The repeated field at which a type is split: its number, name and type."""

    number: int
    field: str
    type_name: str


SPLITS = {
    "envoy.config.route.v3.RouteConfiguration": Split(
        2, "virtual_hosts", "envoy.config.route.v3.VirtualHost"
    ),
    "envoy.config.route.v3.VirtualHost": Split(3, "routes", "envoy.config.route.v3.Route"),
    "envoy.config.listener.v3.Listener": Split(
        3, "filter_chains", "envoy.config.listener.v3.FilterChain"
    ),
    "envoy.config.endpoint.v3.ClusterLoadAssignment": Split(
        2, "endpoints", "envoy.config.endpoint.v3.LocalityLbEndpoints"
    ),
    "envoy.config.endpoint.v3.LocalityLbEndpoints": Split(
        2, "lb_endpoints", "envoy.config.endpoint.v3.LbEndpoint"
    ),
}


def grouped(buf: bytes, number: int) -> tuple[bytes, bytes, list[int]]:
    """Return the bytes of all other fields; bytes in which one field stands in a row; and bounds.

    The bounds are where groups of that field begin in the row, and where the last one ends.
    """
    found = _in_a_row(buf, number)
    if found is not None:
        return found
    rest, parts = divided(buf, number)
    row = joined(b"", number, parts)
    return rest, row, _bounds(row, 0, number << 3 | 2) or [0]


def _in_a_row(buf: bytes, number: int) -> tuple[bytes, bytes, list[int]] | None:
    """Return the bounds where the field stands in one row with shortest lengths, as is usual."""
    tag, pos, end = number << 3 | 2, 0, len(buf)
    while pos < end and buf[pos] != tag:
        found, _, _, pos = field_at(buf, pos)
        if found == number:
            return None
    bounds = _bounds(buf, pos, tag)
    if bounds is None:
        return None
    after = buf[bounds[-1] :]
    if any(found == number for found, *_ in fields(after)):
        return None
    return buf[:pos] + after, buf, bounds


def _bounds(buf: bytes, pos: int, tag: int) -> list[int] | None:
    """Return where groups begin and the last one ends; None where a length is not the shortest."""
    bounds, end, left = [pos], len(buf), GROUP_PARTS
    try:
        while pos < end and buf[pos] == tag:
            size = buf[pos + 1]
            if size < 128:
                pos += size + 2
            elif 0 < buf[pos + 2] < 128:
                pos += (size & 127) + (buf[pos + 2] << 7) + 3
            else:
                size, begin = read_varint(buf, pos + 1)
                if not buf[begin - 1]:
                    return None
                pos = begin + size
            left -= 1
            if not left:
                bounds.append(pos)
                left = GROUP_PARTS
    except IndexError:
        pos = end + 1
    if pos > end:
        raise MalformedError(f"byte {bounds[-1]}: a part runs out; give a complete message.")
    return bounds if bounds[-1] == pos else [*bounds, pos]


def divided(buf: bytes, number: int) -> tuple[bytes, list[bytes]]:
    """Return the bytes of all other fields, and the payloads of one length-delimited field."""
    if number > 15:
        raise ValueError(f"field {number}: only fields up to 15 can be split.")
    tag, pos, end = number << 3 | 2, 0, len(buf)
    rest: list[bytes] = []
    parts: list[bytes] = []
    while pos < end:
        # The usual part, with a tag of one byte and a length of two, is read without a call.
        if buf[pos] == tag and pos + 2 < end and buf[pos + 1] > 127 and buf[pos + 2] < 128:
            begin = pos + 3
            stop = begin + (buf[pos + 1] & 127 | buf[pos + 2] << 7)
            if stop > end:
                raise MalformedError(f"byte {pos}: a part runs out; give a complete message.")
            parts.append(buf[begin:stop])
        else:
            found, wire, begin, stop = field_at(buf, pos)
            if found == number and wire == LENGTH:
                parts.append(buf[begin:stop])
            else:
                rest.append(buf[pos:stop])
        pos = stop
    return b"".join(rest), parts


def joined(rest: bytes, number: int, parts: Iterable[bytes]) -> bytes:
    """Return a message that `divided` takes apart into the same."""
    return rest + b"".join(delimited(number, part) for part in parts)
