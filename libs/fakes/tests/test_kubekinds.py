"""Kinds of a definition, in the order in which a server prefers their versions."""

from libs.fakes.kubekinds import defined


def test_released_versions_come_first() -> None:
    """A beta comes after what is released, an alpha last; what is not served is not there."""
    versions = [{"name": name} for name in ("v1alpha3", "v1beta1", "v1")]
    spec = {
        "group": "networking.istio.io",
        "names": {"kind": "Gateway", "plural": "gateways"},
        "scope": "Namespaced",
        "versions": [*versions, {"name": "v2", "served": False}],
    }
    found = list(defined({"spec": spec}))
    assert [one.version for one in found] == ["v1", "v1beta1", "v1alpha3"]
    assert all(one.namespaced and one.path == "gateways" for one in found)
