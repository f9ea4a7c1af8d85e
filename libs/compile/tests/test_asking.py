"""Whom policies have asked. What comes of answers is held by tables in tests/e2e."""

import pytest

from libs.compile import asking
from libs.compile.ledger import Ledger
from libs.compile.tests.worlds import service, world
from libs.compile.world import World
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.meshconfig.providers import ExtensionProvider, GRPCAuthorizer, HTTPAuthorizer

_HTTP = HTTPAuthorizer(service="asker.default.svc.cluster.local", port=80)
_GRPC = GRPCAuthorizer(service="asker.default.svc.cluster.local", port=80)


def _world(provider: ExtensionProvider, more: str = "") -> World:
    policy = f"""
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: ask{more}}}
spec: {{action: CUSTOM, provider: {{name: asker}}, rules: [{{}}]}}
"""
    return world(service("asker") + policy, MeshSettings(extension_providers=(provider,)))


@pytest.mark.parametrize(
    ("provider", "connections"),
    [
        pytest.param(ExtensionProvider(name="asker", envoy_ext_authz_http=_HTTP), 0, id="by HTTP"),
        pytest.param(ExtensionProvider(name="asker", envoy_ext_authz_grpc=_GRPC), 2, id="by gRPC"),
    ],
)
def test_the_service_is_asked_behind_rules_that_find_out(
    provider: ExtensionProvider, connections: int
) -> None:
    """About connections only gRPC can be asked."""
    mesh, ledger = _world(provider), Ledger()
    mine = mesh.authorizations["default"]
    found = asking.filters_of(mesh, mine, ledger)
    assert [one.name for one in found.http] == [
        "envoy.filters.http.rbac",
        "envoy.filters.http.ext_authz",
    ]
    assert len(found.network) == connections
    assert not ledger.problems
    assert [one.hostname for one in asking.asked_services(mesh, mine)] == [
        "asker.default.svc.cluster.local"
    ]


@pytest.mark.parametrize(
    "provider",
    [
        pytest.param(ExtensionProvider(name="other", envoy_ext_authz_http=_HTTP), id="no name"),
        pytest.param(
            ExtensionProvider(
                name="asker", envoy_ext_authz_http=_HTTP.model_copy(update={"port": 81})
            ),
            id="no such port",
        ),
    ],
)
def test_where_nobody_can_be_asked_calls_are_denied_and_that_is_said(
    provider: ExtensionProvider,
) -> None:
    """On connections as well."""
    mesh, ledger = _world(provider), Ledger()
    found = asking.filters_of(mesh, mesh.authorizations["default"], ledger)
    assert (len(found.http), len(found.network)) == (1, 1)
    (problem,) = ledger.problems
    assert "provider `asker` cannot be asked" in problem


def test_a_dry_run_asks_nobody() -> None:
    """The service would be asked for a decision that does not count."""
    provider = ExtensionProvider(name="asker", envoy_ext_authz_http=_HTTP)
    mesh = _world(provider, ", annotations: {istio.io/dry-run: 'true'}")
    assert not asking.filters_of(mesh, mesh.authorizations["default"], Ledger()).http
