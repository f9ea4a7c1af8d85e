"""What to write instead of a wrong name."""

import pytest

from libs.meshapi.schema import field_names, suggestion
from libs.meshapi.service import ServiceSpec
from libs.meshapi.trafficpolicy import ConsistentHash, LocalityFailover
from libs.meshapi.virtualservice import HTTPRoute


@pytest.mark.parametrize(
    ("name", "allowed", "said"),
    [
        ("host", ("hosts", "http"), "did you mean `hosts`?"),
        ("per_try_timeout", ("attempts", "perTryTimeout"), "did you mean `perTryTimeout`?"),
        ("DIRECTRESPONSE", ("directResponse",), "did you mean `directResponse`?"),
        ("zzz", ("hosts", "http"), "known here: `hosts`, `http`"),
        ("zzz", (), "remove it"),
    ],
)
def test_the_nearest_name_is_proposed(name: str, allowed: tuple[str, ...], said: str) -> None:
    """Case and separators do not count; without a near name all are listed."""
    assert suggestion(name, allowed) == said


def test_names_are_those_that_users_write() -> None:
    """Upper-case words and names that are no Python stand as the API has them."""
    assert {"corsPolicy", "directResponse"} <= set(field_names(HTTPRoute))
    assert {"clusterIP", "clusterIPs", "externalIPs"} <= set(field_names(ServiceSpec))
    assert set(field_names(LocalityFailover)) == {"from", "to"}
    assert "useSourceIp" in field_names(ConsistentHash)
