"""What looks more like a mistake than a wish."""

from libs.kernel.ids import SetName
from libs.lint.doubt import doubts, emptied
from libs.lint.tests.states import Files, cluster, fleet, service, state

FULL: Files = {
    "fleet.yaml": fleet("shop", "stars"),
    "configs/shop/a.yaml": service("shop"),
    "configs/stars/b.yaml": service("stars"),
    **cluster("east"),
}


def said(new: Files, old: Files = FULL) -> list[str]:
    """Return the doubts about a commit as text."""
    return [str(one) for one in doubts(state(new), state(old))]


def test_an_unchanged_commit_raises_no_doubt() -> None:
    """What is as it was is what somebody wants."""
    assert said(FULL) == []
    assert [*emptied(state(FULL), state(FULL))] == []


def test_a_vanished_fleet_file_is_doubted() -> None:
    """A tree without fleet.yaml and clusters reads as a plain directory, which it was not."""
    (text,) = said({"configs/shop/a.yaml": service("shop")})
    assert text.startswith("fleet.yaml:1:1: error PER0205: `fleet.yaml` is gone")


def test_a_plain_directory_may_stay_one() -> None:
    """Where there never was a fleet.yaml nothing has vanished."""
    plain = {"a.yaml": service("shop")}
    assert said({"b.yaml": service("stars")}, plain) == []


def test_the_loss_of_all_clusters_is_doubted() -> None:
    """A fleet does not lose its last cluster by accident unnoticed."""
    (text,) = said({path: one for path, one in FULL.items() if "clusters" not in path})
    assert "all clusters are gone" in text


def test_the_loss_of_one_of_two_clusters_is_a_wish() -> None:
    """A cluster folder that is removed is removed on purpose."""
    assert said(FULL, {**FULL, **cluster("west")}) == []


def test_the_loss_of_all_objects_is_doubted() -> None:
    """Files that are all empty at once are doubted as a whole."""
    empty = {path: "# none\n" if "configs" in path else text for path, text in FULL.items()}
    (text,) = said(empty)
    assert "every set became empty" in text


def test_a_set_that_lost_its_clusters_is_doubted() -> None:
    """A selector that suddenly selects nothing would delete the set everywhere."""
    nowhere = FULL["fleet.yaml"].replace(
        "paths: [configs/stars]", "paths: [configs/stars], clusters: {matchLabels: {env: prod}}"
    )
    (text,) = said({**FULL, "fleet.yaml": nowhere})
    assert "no cluster gets set `stars` any more" in text
    assert text.startswith("fleet.yaml:")


def test_a_set_that_is_removed_from_the_fleet_is_a_wish() -> None:
    """Whoever removes the set's name as well as its files means it."""
    new = {path: text for path, text in FULL.items() if "stars" not in path}
    assert said({**new, "fleet.yaml": fleet("shop")}) == []


def test_a_set_that_became_empty_is_doubted_by_itself() -> None:
    """The other sets of the commit have nothing to do with it."""
    new = state({**FULL, "configs/stars/b.yaml": "# none\n"})
    ((name, why),) = emptied(new, state(FULL))
    assert name == SetName("stars")
    assert "became empty" in why.text


def test_a_set_with_errors_is_not_called_empty() -> None:
    """A set whose only file cannot be read has another message, which says why."""
    broken = {**FULL, "configs/stars/b.yaml": "kind: [\n"}
    assert [*emptied(state(broken), state(FULL))] == []
    assert said(broken) == []
