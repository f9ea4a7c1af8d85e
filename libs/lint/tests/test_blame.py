"""Which object of a change takes away what another set needs."""

from libs.desired.finding import Finding
from libs.kernel.ids import SetName
from libs.lint.blame import TRIALS_MAX, Contents, breakage
from libs.lint.check import findings
from libs.lint.tests.states import Held, cluster, fleet, route, service, state

STARS = SetName("stars")
USER = route("stars.default.svc.cluster.local", name="to-stars")


def told(old_stars: str, new_stars: str) -> str:
    """Return what is said when set `stars` changes and set `shop` breaks."""
    files = {
        "fleet.yaml": fleet("shop", "stars"),
        "configs/shop/a.yaml": service("shop") + USER,
        **cluster(),
    }
    old = state({**files, "configs/stars/b.yaml": old_stars})
    new = state({**files, "configs/stars/b.yaml": new_stars})

    def judge(contents: Contents) -> tuple[Finding, ...]:
        return findings(new.view, contents)

    def objects(one: Held) -> tuple[Finding, ...]:
        return tuple(each for each in judge({**taken, STARS: one.objects}) if each.is_error)

    taken = {name: one.objects for name, one in new.contents.items()}
    (broken,) = objects(new.contents[STARS])
    return str(breakage(STARS, old.contents[STARS].objects, taken, broken, judge))


def test_the_one_object_that_matters_is_named() -> None:
    """Of several removed objects the one is named without which the other set breaks."""
    others = service("other") + service("third")
    text = told(others + service("stars"), service("other"))
    assert text.startswith(
        "configs/stars/b.yaml:17:1: error PER0206: Service default/stars: "
        "removing Service default/stars breaks VirtualService default/to-stars of set `shop`"
    )


def test_an_added_object_can_break_another_set_as_well() -> None:
    """A second VirtualService for a host leaves their order open, whoever came first."""
    rival = route("stars.default.svc.cluster.local", name="a-rival")
    text = told(service("stars"), service("stars") + rival)
    assert "adding VirtualService default/a-rival breaks VirtualService default/to-stars" in text


def test_a_huge_change_is_blamed_as_a_whole() -> None:
    """Beyond the limit no object is tried; the message is at the place that breaks."""
    many = "".join(service(f"s{number}") for number in range(TRIALS_MAX + 1))
    text = told(service("stars"), many)
    assert text.startswith("configs/shop/a.yaml:")
    assert "the change of set `stars` breaks VirtualService default/to-stars" in text
