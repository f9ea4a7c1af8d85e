"""Objects under check and the places of their parts."""

from libs.kernel.ids import SetName
from libs.kernel.origins import Origin
from libs.lint import rules
from libs.lint.subject import report
from libs.lint.tests.states import route, service
from libs.lint.tests.subjects import subject


def test_a_part_of_an_object_has_its_own_place() -> None:
    """Without a path the place is the object's, with one that of the field."""
    one = subject("shop/a.yaml", "\n" + route("reviews", "v1"))
    assert one.at() == Origin("shop/a.yaml", 2, 1)
    assert one.at(("spec", "hosts", 0)) == Origin("shop/a.yaml", 6, 11)
    assert str(one.key) == "VirtualService default/reviews"


def test_a_report_involves_the_sets_of_all_its_objects() -> None:
    """The set of the object itself comes first; others are named with their place."""
    one, other = subject("shop/a.yaml", route("reviews")), subject("stars/b.yaml", service("a"))
    found = report(rules.MISSING, one, ("spec", "hosts", 0), "is not there", [other, one])
    assert found.sets == (SetName("shop"), SetName("stars"))
    assert str(found.message) == (
        "shop/a.yaml:5:11: error IST0101: VirtualService default/reviews: is not there "
        "(see stars/b.yaml:1:1, shop/a.yaml:1:1)"
    )
