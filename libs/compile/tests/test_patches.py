"""Which patches a proxy gets, in which order."""

import pytest

from libs.compile.patches import PatchError, patches_for, value_faults
from libs.compile.tests.patchcases import envoy_filter, patch, patches
from libs.compile.tests.worlds import sidecar
from libs.envoy.hcm import Side

_ROOT = "istio-system"
_REMOVE = patch("CLUSTER", "REMOVE")


def test_priority_decides_then_the_root_namespace() -> None:
    """A lower priority comes first wherever it is; of equals the root namespace's does."""
    filters = [
        envoy_filter(_REMOVE, name="late", namespace=_ROOT, priority=5),
        envoy_filter(_REMOVE, name="own"),
        envoy_filter(_REMOVE, name="root", namespace=_ROOT),
        envoy_filter(_REMOVE, name="early", priority=-1),
        envoy_filter(_REMOVE, name="foreign", namespace="elsewhere"),
    ]
    found = patches_for(filters, sidecar(), _ROOT)
    assert [one[0].owner.name for one in found] == ["early", "root", "own", "late"]


@pytest.mark.parametrize(
    ("proxy", "expected"),
    [
        ({}, True),
        ({"proxyVersion": r"^1\.27"}, True),
        ({"proxyVersion": r"^1\.26"}, False),
        ({"metadata": {"STAGE": "canary"}}, True),
        ({"metadata": {"STAGE": "stable"}}, False),
    ],
)
def test_a_proxy_is_known_by_version_and_metadata(
    proxy: dict[str, object], *, expected: bool
) -> None:
    """All that is written has to fit what the proxy says of itself."""
    found = patches(
        patch("CLUSTER", "REMOVE", proxy=proxy),
        proxy=sidecar().__class__(
            sidecar().type, "default", metadata={"ISTIO_VERSION": "1.27.3", "STAGE": "canary"}
        ),
    )
    assert bool(found) is expected


def test_a_proxy_without_a_version_fits_no_version() -> None:
    """What is written for one version must not reach an unknown one."""
    assert patches(patch("CLUSTER", "REMOVE", proxy={"proxyVersion": ".*"})) == ()


def test_a_context_is_a_side_of_the_proxy() -> None:
    """Without a context all sides are meant."""
    anywhere, inbound = patches(_REMOVE, patch("CLUSTER", "REMOVE", context="SIDECAR_INBOUND"))
    assert [anywhere.is_for(side) for side in Side] == [True, True, True]
    assert [side for side in Side if inbound.is_for(side)] == [Side.INBOUND]


def test_a_value_that_is_none_of_envoys_names_its_object() -> None:
    """It never becomes a patch; checking says where it stands."""
    wrong = envoy_filter(patch("CLUSTER", "MERGE", {"conect_timeout": "1s"}))
    with pytest.raises(PatchError, match=r"EnvoyFilter default/a: .* did you mean"):
        patches_for([wrong], sidecar(), _ROOT)
    found = value_faults(wrong.spec.config_patches[0])
    assert found is not None
    assert [one.path for one in found.faults] == [("conect_timeout",)]
