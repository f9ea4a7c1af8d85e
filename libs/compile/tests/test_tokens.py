"""Keys of tokens are known, or their tokens are refused."""

from dataclasses import replace

import pytest
from protogen.envoy.extensions.filters.http.jwt_authn.v3 import config_pb2

from libs.compile import tokens
from libs.compile.ledger import Ledger
from libs.compile.proxy import ProxyType
from libs.compile.tests.worlds import sidecar, world
from libs.envoy.jwks import NOBODYS
from libs.meshapi.fleet import MeshSettings

_AT = "https://a.example/keys"
_OTHER = NOBODYS.replace("nobody", "somebody")


def _made(
    rule: str, keys: dict[str, str], ledger: Ledger, kind: ProxyType = ProxyType.SIDECAR
) -> config_pb2.JwtProvider:
    text = f"""
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {{name: a}}
spec: {{jwtRules: [{rule}]}}
"""
    proxy = replace(sidecar(), type=kind)
    known = world(text).authentications["default"]
    rules = tokens.rules_for(known, proxy, MeshSettings())
    (made,) = tokens.filters_of(rules, keys, proxy, ledger).http
    config = config_pb2.JwtAuthentication()
    assert made.typed_config.Unpack(config)
    return config.providers["origins-0"]


@pytest.mark.parametrize(
    ("rule", "keys", "expected", "problem"),
    [
        pytest.param(f"{{issuer: i, jwks: '{_OTHER}'}}", {}, _OTHER, "", id="keys of its own"),
        pytest.param(f"{{issuer: i, jwksUri: '{_AT}'}}", {_AT: _OTHER}, _OTHER, "", id="fetched"),
        pytest.param(
            f"{{issuer: i, jwksUri: '{_AT}'}}", {}, NOBODYS, "not known yet", id="not fetched"
        ),
        pytest.param(
            "{issuer: i, jwks: '{}'}", {}, NOBODYS, "no key that can verify", id="of no use"
        ),
        pytest.param(
            f"{{issuer: i, jwksUri: '{_AT}'}}", {_AT: "x"}, NOBODYS, "not known", id="fetched trash"
        ),
    ],
)
def test_a_rule_has_its_keys_or_nobodys(
    rule: str, keys: dict[str, str], expected: str, problem: str
) -> None:
    """Envoy never gets an address that a user wrote."""
    ledger = Ledger()
    made = _made(rule, keys, ledger)
    assert made.local_jwks.inline_string == expected
    assert not made.HasField("remote_jwks")
    assert [problem in one for one in ledger.problems] == [True] * bool(problem)


def test_addresses_are_those_of_rules_without_keys_of_their_own() -> None:
    """Each once, in either spelling."""
    text = f"""
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {{name: a}}
spec:
  jwtRules:
  - {{issuer: a, jwksUri: '{_AT}'}}
  - {{issuer: b, jwks_uri: '{_AT}'}}
  - {{issuer: c, jwks: x}}
"""
    assert list(tokens.addresses(world(text).authentications["default"])) == [_AT]


@pytest.mark.parametrize(("kind", "again"), [(ProxyType.ROUTER, True), (ProxyType.SIDECAR, False)])
def test_at_a_gateway_routes_are_chosen_again_when_claims_are_known(
    kind: ProxyType, *, again: bool
) -> None:
    """Rules may be about claims there."""
    made = _made(f"{{issuer: i, jwks: '{_OTHER}'}}", {}, Ledger(), kind)
    assert made.clear_route_cache == again
