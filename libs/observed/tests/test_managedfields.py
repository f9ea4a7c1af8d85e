"""Tests of who owns which fields."""

from typing import Any

from libs.observed.managedfields import (
    applied_by,
    child,
    leaves,
    managers,
    owned_fingerprint,
    owned_values,
    shown,
)

FIELDS = {
    "f:metadata": {"f:labels": {"f:app.kubernetes.io/name": {}}, "f:finalizers": {'v:"x"': {}}},
    "f:spec": {
        "f:ports": {'k:{"port":80}': {".": {}, "f:name": {}}},
        "f:hosts": {},
        "f:gone": {},
    },
}


def an_object(**spec: Any) -> dict[str, Any]:
    """Return an object that `us` applied and `status` reports on."""
    ports = [{"port": 443, "name": "tls"}, {"port": 80, "name": "web"}]
    return {
        "metadata": {
            "labels": {"app.kubernetes.io/name": "a"},
            "finalizers": ["x"],
            "managedFields": [
                {"manager": "us", "operation": "Update", "subresource": "status"},
                {"manager": "us", "operation": "Apply", "fieldsV1": FIELDS, "time": "t"},
            ],
        },
        "spec": {"ports": ports, "hosts": ["a", "b"], **spec},
    }


def test_values_are_found_by_the_names_of_the_server() -> None:
    """Fields, items by key, values of sets; a leaf has everything below, an absent one nothing."""
    found = {shown(path): value for path, value in owned_values(an_object(), FIELDS)}
    assert found == {
        '.metadata.finalizers["x"]': "x",
        ".metadata.labels[app.kubernetes.io/name]": "a",
        ".spec.hosts": ["a", "b"],
        ".spec.ports[port=80]": None,
        ".spec.ports[port=80].name": "web",
    }


def test_a_manager_that_only_updates_applied_nothing() -> None:
    """Status and updates are entries of their own."""
    assert applied_by(an_object(), "us") == FIELDS
    assert applied_by(an_object(), "them") is None
    assert owned_fingerprint(an_object(), "them") == ""
    assert [one.operation for one in managers(an_object())] == ["Update", "Apply"]


def test_the_fingerprint_is_of_owned_values_only() -> None:
    """Another value of ours changes it; a field of somebody else does not."""
    before = owned_fingerprint(an_object(), "us")
    assert owned_fingerprint(an_object(theirs=1), "us") == before
    assert owned_fingerprint(an_object(hosts=["a"]), "us") != before


def test_a_field_that_changed_hands_changes_the_fingerprint() -> None:
    """Even with the same value: it is no longer ours to keep."""
    lost = an_object()
    fields = {**FIELDS, "f:spec": {"f:hosts": {}}}
    lost["metadata"]["managedFields"][1] = {
        "manager": "us",
        "operation": "Apply",
        "fieldsV1": fields,
    }
    assert owned_fingerprint(lost, "us") != owned_fingerprint(an_object(), "us")


def test_what_has_no_such_part_says_so() -> None:
    """Names that do not fit a value find nothing."""
    assert child({"a": 1}, "f:a") == (True, 1)
    assert child({"a": 1}, "f:b") == (False, None)
    assert child([1, 2], "i:1") == (True, 2)
    assert child([1, 2], "i:9") == (False, None)
    assert child("text", "f:a") == (False, None)


def test_leaves_are_told_in_a_fixed_order() -> None:
    """Every leaf once, by name."""
    assert [shown(path) for path in leaves({"f:b": {}, "f:a": {"f:c": {}}})] == [".a.c", ".b"]
