"""Findings: what makes two of them the same complaint."""

from dataclasses import replace

from libs.desired import codes
from libs.desired.finding import Rule, finding
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.messages import Level, MessageClass
from libs.kernel.origins import ObjectKey, Origin

RULE = Rule(codes.DUPLICATE, Level.ERROR, MessageClass.CONFLICT)
KEY = ObjectKey("", "Service", "default", "reviews")
SHOP = SetName("shop")


def test_the_places_of_others_are_added_to_the_sentence() -> None:
    """They can be read, and are no part of the gist."""
    one = finding(RULE, (Origin("a.yaml"), KEY), (SHOP, SHOP), "twice", [Origin("b.yaml", 3)])
    assert one.message.text == "twice (see b.yaml:3:1)"
    assert (one.gist, one.sets) == ("twice", (SHOP,))


def test_moved_lines_leave_a_complaint_the_same() -> None:
    """An error that was known before is known after a line was inserted above it."""
    one = finding(RULE, (Origin("a.yaml", 1), KEY), (SHOP,), "twice", [Origin("b.yaml", 1)])
    moved = finding(RULE, (Origin("a.yaml", 9), KEY), (SHOP,), "twice", [Origin("c.yaml", 2)])
    assert one.identities == moved.identities


def test_a_complaint_in_another_cluster_is_another_one() -> None:
    """What is wrong in one more cluster is wrong anew."""
    east, west = ClusterName("east"), ClusterName("west")
    one = finding(RULE, (Origin("a.yaml"), KEY), (SHOP,), "twice")
    in_east, in_both = replace(one, clusters=(east,)), replace(one, clusters=(east, west))
    assert in_east.identities < in_both.identities
    assert not one.identities & in_both.identities


def test_a_milder_rule_is_the_same_rule() -> None:
    """The level changes, code and class stay, and only an error refuses."""
    mild = RULE.as_level(Level.WARNING)
    assert (mild.code, mild.message_class) == (RULE.code, RULE.message_class)
    assert not finding(mild, (Origin("a.yaml"), KEY), (SHOP,), "twice").is_error
    assert finding(RULE, (Origin("a.yaml"), KEY), (SHOP,), "twice").is_error
