"""What a request needs. Which tokens are taken is held by tables in tests/e2e."""

import pytest
from protogen.envoy.extensions.filters.http.jwt_authn.v3 import config_pb2

from libs.envoy import jwt


@pytest.mark.parametrize(("count", "alternatives"), [(1, 2), (2, 3), (3, 4)])
def test_a_request_may_come_without_a_token(count: int, alternatives: int) -> None:
    """One provider takes it, or each finds a good one or none at its own place."""
    providers = {f"p{at}": jwt.Provider(issuer=f"i{at}") for at in range(count)}
    config = config_pb2.JwtAuthentication()
    assert jwt.http_filter(providers).typed_config.Unpack(config)
    (rule,) = config.rules
    wanted = rule.requires.requires_any.requirements
    assert len(wanted) == alternatives
    last = wanted[-1].requires_all.requirements if count > 1 else [rule.requires]
    assert all(one.requires_any.requirements[1].HasField("allow_missing") for one in last)
