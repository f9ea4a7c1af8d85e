"""Who sees ServiceEntries, and which hosts are local, as a mesh says it."""

import pytest

from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.settings import read_mesh_config
from libs.registry.build import build_registry, changed_registry
from libs.registry.settings import RegistrySettings, registry_settings
from libs.registry.tests.objects import objects

_LOCAL = "kubernetes.default.svc.cluster.local"
_SYSTEM = "dns.kube-system.svc.cluster.local"
_SYSTEMS = "'*.kube-system.svc.cluster.local'"
_ENTRY = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: bank, namespace: bank}
spec: {hosts: [bank.example], exportTo: EXPORT, ports: [{number: 80, name: http, protocol: HTTP}]}
"""
_NAMESPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: bank, labels: {trusted: 'yes'}}}"


def _settings(text: str) -> RegistrySettings:
    read = read_mesh_config("mesh.yaml", text.encode())
    assert read.value is not None
    return registry_settings(read.value, "cluster.local")


@pytest.mark.parametrize(
    ("written", "host", "local"),
    [
        ("", _LOCAL, True),
        ("", _SYSTEM, True),
        ("", "web.default.svc.cluster.local", False),
        ("{settings: {clusterLocal: true}, hosts: ['*.shop.svc.cluster.local']}", _SYSTEM, True),
        (
            "{settings: {clusterLocal: true}, hosts: ['*.shop.svc.cluster.local']}",
            "web.shop.svc.cluster.local",
            True,
        ),
        (f"{{hosts: [{_SYSTEMS}]}}", _SYSTEM, False),
        (f"{{hosts: [{_SYSTEM}]}}", _SYSTEM, False),
        (f"{{hosts: [{_LOCAL}]}}", _LOCAL, False),
    ],
)  # fmt: skip
def test_a_host_is_local_where_the_mesh_says_it(written: str, host: str, *, local: bool) -> None:
    """The API server and system services are so unless a setting says otherwise."""
    assert _settings(f"serviceSettings: [{written}]").is_local(host) is local


@pytest.mark.parametrize(
    ("bound", "exports", "seen_by"),
    [
        ("{}", "['*']", {"*"}),
        ("{applyToSidecars: true}", "['*']", {"*"}),
        ("{applyToSidecars: true, defaultVisibility: NAMESPACE}", "['*']", {"bank"}),
        ("{applyToSidecars: true, defaultVisibility: NAMESPACE}", "[shop]", {"~"}),
        ("{applyToSidecars: true, defaultVisibility: NONE}", "['*']", {"~"}),
        ("{applyToSidecars: true, defaultVisibility: PUBLIC}", "['.']", {"bank"}),
        ("{defaultVisibility: NONE}", "['*']", {"*"}),
    ],
)
def test_the_mesh_bounds_who_sees_an_entry(bound: str, exports: str, seen_by: set[str]) -> None:
    """It takes away and never adds, and sidecars ask for it."""
    settings = _settings(f"serviceEntryVisibility: {bound}")
    made = build_registry(objects(_ENTRY.replace("EXPORT", exports)), settings=settings)
    assert made.services["bank.example"].exported_to == seen_by


def test_the_first_policy_whose_rules_all_match_decides() -> None:
    """Labels of the namespace are looked at again when they change."""
    settings = _settings(
        """
serviceEntryVisibility:
  applyToSidecars: true
  defaultVisibility: NONE
  policies:
  - visibility: NONE
    matchingRules: [{}]
  - visibility: PUBLIC
    matchingRules: [{namespaceSelector: {matchLabels: {trusted: 'yes'}}}]
  - visibility: NAMESPACE
    matchingRules:
    - {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: bank}}}
"""
    )
    bare = build_registry(objects(_ENTRY.replace("EXPORT", "['*']")), settings=settings)
    assert bare.services["bank.example"].exported_to == {"bank"}
    labelled = changed_registry(bare, (), objects(_NAMESPACE))
    assert labelled.services["bank.example"].exported_to == {"*"}
    back = changed_registry(labelled, objects(_NAMESPACE), ())
    assert back.services == bare.services


def test_without_a_word_nobody_is_left_out() -> None:
    """An old mesh stays as it is."""
    assert registry_settings(MeshConfig(), "cluster.local").visibility is None
