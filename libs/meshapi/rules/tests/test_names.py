"""Names, hosts and addresses are accepted as Kubernetes and Istio accept them."""

import pytest

from libs.meshapi.rules import names

LONG = "a" * 64


@pytest.mark.parametrize(
    ("host", "good"),
    [
        ("reviews", True),
        ("reviews.default.svc.cluster.local", True),
        ("A.example", True),
        ("under_score.example", True),
        ("example.", True),
        ("*", True),
        ("*.example", True),
        ("*-a.example", True),
        ("*.", False),
        ("**", False),
        ("a.*", False),
        ("a*.b", False),
        ("", False),
        (".", False),
        ("a..b", False),
        ("-a", False),
        ("a b", False),
        ("ä.example", False),
        (f"{LONG}.a", False),
        ("a." * 128 + "a", False),
        ("http://a", False),
        ("a:80", False),
    ],
)
def test_a_host_is_a_dns_name_with_at_most_one_wildcard(host: str, good: bool) -> None:  # noqa: FBT001
    """The wildcard is the first label or starts it."""
    assert (names.host_fault(host) is None) is good


def test_a_wildcard_is_refused_where_one_host_is_meant() -> None:
    """A destination is one host."""
    assert names.host_fault("*.example", wildcard=False) is not None
    assert names.host_fault("a.example", wildcard=False) is None


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("default/reviews", True),
        ("./*", True),
        ("*/*.example", True),
        ("reviews", False),
        ("Default/reviews", False),
        ("/reviews", False),
        ("a/b/c", False),
        ("~/*", False),
    ],
)
def test_a_scoped_host_names_its_namespace(text: str, good: bool) -> None:  # noqa: FBT001
    """Marks beside real namespaces are only those that the kind allows."""
    assert (names.scoped_host_fault(text, frozenset({"*", "."})) is None) is good


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("a", True, True),
        ("a-1", True, True),
        ("a.b", False, True),
        ("a-", False, False),
        ("A", False, False),
        ("", False, False),
        (LONG, False, True),
        ("a" * 254, False, False),
        ("a\n", False, False),
    ],
)
def test_names_of_objects_may_have_dots_and_namespaces_not(
    text: str,
    label: bool,  # noqa: FBT001
    name: bool,  # noqa: FBT001
) -> None:
    """Both are lower case with letters or digits at their ends."""
    assert (names.label_fault(text) is None) is label
    assert (names.name_fault(text) is None) is name


@pytest.mark.parametrize(
    ("key", "good"),
    [
        ("app", True),
        ("app.kubernetes.io/name", True),
        ("A_b.c-d", True),
        ("a/b/c", False),
        ("/a", False),
        ("a/", False),
        ("", False),
        ("a b", False),
        (LONG, False),
    ],
)
def test_a_label_key_may_have_a_dns_prefix(key: str, good: bool) -> None:  # noqa: FBT001
    """At most one slash, with a name on either side."""
    assert (names.label_key_fault(key) is None) is good


@pytest.mark.parametrize(
    ("text", "ip", "network"),
    [
        ("10.0.0.1", True, True),
        ("::1", True, True),
        ("10.0.0.0/8", False, True),
        ("10.0.0.1/8", False, True),
        ("10.0.0.256", False, False),
        ("10.0.0.0/33", False, False),
        ("localhost", False, False),
        ("", False, False),
    ],
)
def test_addresses_and_networks(text: str, ip: bool, network: bool) -> None:  # noqa: FBT001
    """An address is a network of one."""
    assert names.is_ip(text) is ip
    assert names.is_network(text) is network
