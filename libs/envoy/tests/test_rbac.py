"""Patterns and rules. Which calls they hold for is held by tables in tests/e2e."""

import pytest
from protogen.envoy.config.rbac.v3 import rbac_pb2
from protogen.envoy.extensions.filters.network.rbac.v3 import rbac_pb2 as network_pb2

from libs.envoy import rbac


@pytest.mark.parametrize(
    ("written", "before", "kind", "text"),
    [
        ("reader", "spiffe://", "exact", "spiffe://reader"),
        ("a/*", "spiffe://", "prefix", "spiffe://a/"),
        ("*.html", "", "suffix", ".html"),
    ],
)
def test_a_star_at_one_end_leaves_that_end_open(
    written: str, before: str, kind: str, text: str
) -> None:
    """What stands before counts with it."""
    found = rbac.pattern(written, before)
    assert found.WhichOneof("match_pattern") == kind
    assert getattr(found, kind) == text


@pytest.mark.parametrize(
    ("written", "regex"), [("*", ".+"), ("*/sa/a.b", r"spiffe\:\/\/.*\/sa\/a\.b")]
)
def test_envoy_takes_no_empty_prefix_so_that_some_are_regexes(written: str, regex: str) -> None:
    """Marks in the text stand for themselves."""
    assert rbac.pattern(written, "spiffe://").safe_regex.regex == regex


def test_conditions_without_parts_always_hold() -> None:
    """Envoy refuses an empty conjunction."""
    assert rbac.every_permission([]).and_rules.rules[0].any
    assert rbac.every_principal([]).and_ids.ids[0].any


def test_rules_without_policies_are_still_rules() -> None:
    """To allow nothing is not the same as to say nothing."""
    config = network_pb2.RBAC()
    assert rbac.network_filter(rbac.rules(rbac.ALLOW, {})).typed_config.Unpack(config)
    assert config.HasField("rules")
    assert not config.HasField("shadow_rules")
    assert config.rules.action == rbac_pb2.RBAC.ALLOW


def test_the_rule_that_never_holds_has_an_opposite_of_everything() -> None:
    """On both of its sides."""
    found = rbac.never()
    assert found.permissions[0].not_rule.any
    assert found.principals[0].not_id.any


@pytest.mark.parametrize(("text", "length"), [("10.1.2.3", 32), ("10.1.0.9/16", 16), ("::", 128)])
def test_an_address_is_a_subnet_of_one(text: str, length: int) -> None:
    """Bits beyond the length do not count."""
    assert rbac.subnet(text).prefix_len.value == length
