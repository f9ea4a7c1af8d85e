"""What a new state of a fleet changes."""

from libs.kernel.ids import SetName
from libs.lint.stock import Stock
from libs.lint.tests.edits import FLEETS, OBJECTS, read

SERVICE, OTHER = OBJECTS[0], OBJECTS[2]


def test_an_untouched_file_gives_nothing_new() -> None:
    """Only the objects of the edited file come and go."""
    stock = Stock()
    files = {**FLEETS["first"], "configs/all/a.yaml": SERVICE, "configs/all/b.yaml": OTHER}
    first = stock.renew(*read(files))
    assert [*first.gone] == []
    assert len(first.new) == 2
    second = stock.renew(*read({**files, "configs/all/b.yaml": f"# moved\n{OTHER}"}))
    assert [str(one.parsed.origin) for one in second.gone] == ["configs/all/b.yaml:1:1"]
    assert [str(one.parsed.origin) for one in second.new] == ["configs/all/b.yaml:2:1"]


def test_objects_know_the_clusters_that_get_them() -> None:
    """When a selector is another, all objects of its set are new, and no others."""
    stock = Stock()
    files = {"configs/all/a.yaml": SERVICE, "configs/few/a.yaml": OTHER}
    stock.renew(*read({**FLEETS["first"], **files}))
    change = stock.renew(*read({**FLEETS["another selector"], **files}))
    assert [one.set for one in change.gone] == [SetName("few")]
    assert [sorted(one.clusters) for one in change.new] == [["east", "west"]]


def test_a_set_that_is_gone_takes_its_objects_with_it() -> None:
    """Contents without the set are as good as a fleet without it."""
    stock = Stock()
    view, contents = read({**FLEETS["first"], "configs/all/a.yaml": SERVICE})
    stock.renew(view, contents)
    assert len(stock.renew(view, {}).gone) == 1
    assert len(stock.renew(view, contents).new) == 1
