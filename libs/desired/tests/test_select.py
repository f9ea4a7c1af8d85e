"""Which objects a cluster has."""

import pytest

from libs.desired.directory import contents_from_files
from libs.desired.select import RenderError, objects_for
from libs.desired.tests.rendered import EAST, ROUTE, WEST, files, patch


def test_objects_are_rendered_for_their_cluster() -> None:
    """By kind, namespace and name."""
    text = ROUTE.replace("timeout: 3s", "timeout: ${t}")
    given = files({"configs/shop/a.yaml": text}, "{t: 4s}", "{t: 5s}")
    read = contents_from_files({path: body.encode() for path, body in given.items()})
    assert read.view is not None
    (east,) = objects_for(EAST, read.view, read.contents)
    (west,) = objects_for(WEST, read.view, read.contents)
    assert east.key == west.key
    assert east.item.object != west.item.object


def test_what_cannot_be_rendered_is_never_left_out_silently() -> None:
    """Nobody may take a part of a cluster for all of it."""
    given = files(
        {"configs/shop/a.yaml": ROUTE, "clusters/east/a.patch.yaml": patch("spec: {hosts: 1}")}
    )
    read = contents_from_files({path: body.encode() for path, body in given.items()})
    assert read.view is not None
    with pytest.raises(RenderError, match=r"clusters/east/a\.patch\.yaml:4") as caught:
        objects_for(EAST, read.view, read.contents)
    assert [one.code for one in caught.value.messages] == ["IST0106"]
    assert len(objects_for(WEST, read.view, read.contents)) == 1
