"""Faults."""

import pytest

from libs.envoy.fault import grpc_abort, share


@pytest.mark.parametrize(
    ("percent", "millionths"),
    [(100, 1_000_000), (0.1, 1_000), (0.0001, 1), (0, 0), (33.3333, 333_333)],
)
def test_shares_are_exact_to_a_millionth(percent: float, millionths: int) -> None:
    """The smallest share that can be written is one in a million."""
    assert share(percent).numerator == millionths


def test_a_grpc_abort_has_no_http_status() -> None:
    """Envoy takes one of the two."""
    assert grpc_abort(14, 50).WhichOneof("error_type") == "grpc_status"
