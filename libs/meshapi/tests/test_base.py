"""Names that users write follow from attributes, and carried JSON is settled."""

import pytest

from libs.meshapi.base import FreeForm, Model, alias_of


class _Carrier(Model):
    """Something with carried JSON."""

    content: FreeForm


@pytest.mark.parametrize(
    ("attribute", "name"),
    [
        ("host", "host"),
        ("export_to", "exportTo"),
        ("pod_cidrs", "podCIDRs"),
        ("cluster_ip", "clusterIP"),
        ("consecutive_5xx_errors", "consecutive5xxErrors"),
        ("http1_max_pending_requests", "http1MaxPendingRequests"),
        ("h2_upgrade_policy", "h2UpgradePolicy"),
        ("ca_crl", "caCrl"),
    ],
)
def test_an_attribute_has_the_name_of_the_api(attribute: str, name: str) -> None:
    """Camel case, with the upper-case words that Kubernetes has."""
    assert alias_of(attribute) == name


def test_carried_json_is_equal_whether_it_came_as_list_or_tuple() -> None:
    """Order of keys and kind of sequence are no content."""
    left = _Carrier(content={"b": [{"y": 1, "x": [2]}], "a": None})
    right = _Carrier(content={"a": None, "b": ({"x": (2,), "y": 1},)})
    assert left == right
    assert repr(left) == repr(right)
