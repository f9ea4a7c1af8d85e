"""Templates and patches as data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.ids import ObjectHash
from libs.kernel.origins import ObjectKey
from libs.kernel.revisions import StoredObject
from libs.meshapi.objects import from_stored, to_stored
from libs.meshapi.parse import parse_file
from libs.meshapi.unrendered import (
    Patch,
    Template,
    is_overlay,
    is_patch_key,
    path_of,
    pointer_of,
)

TEMPLATE = b"""\
apiVersion: v1
kind: Secret
metadata: {name: a}
stringData: {b: "secret ${x}", "c/~d": "${y:=1}"}
data:
  e: ${x}
"""


def test_both_come_back_from_their_stored_form() -> None:
    """Also what scalars take a type, and how a patch is meant."""
    way = b"metadata: {annotations: {periplus.io/patch: strategic}, name: a}"
    patch = TEMPLATE.replace(b"metadata: {name: a}", way)
    for path, text, model in (("a.yaml", TEMPLATE, Template), ("a.patch.yaml", patch, Patch)):
        (one,) = parse_file(path, text).objects
        assert isinstance(one.object, model)
        assert one.object.whole == ("/data/e",)
        stored = to_stored(one.object)
        assert stored.key == one.key
        assert from_stored(stored) == one.object


def test_a_template_is_known_by_what_it_becomes_and_a_patch_is_not() -> None:
    """A patch never is a second object of that name."""
    (template,) = parse_file("a.yaml", TEMPLATE).objects
    (patch,) = parse_file("a.patch.yaml", TEMPLATE).objects
    assert template.key == ObjectKey("", "Secret", "default", "a")
    assert isinstance(patch.object, Patch)
    assert patch.object.target == template.key
    assert is_patch_key(patch.key)
    assert not is_patch_key(template.key)


def test_content_never_shows() -> None:
    """It may be a Secret's."""
    (one,) = parse_file("a.yaml", TEMPLATE).objects
    assert "secret" not in repr(one.object)


def test_variables_are_named_once_in_the_order_of_their_use() -> None:
    """Keys are sorted, so the order is that of the content."""
    (one,) = parse_file("a.yaml", TEMPLATE).objects
    assert isinstance(one.object, Template)
    assert one.object.variables == ("x", "y")
    assert one.object.uses_variables


def test_a_file_is_an_overlay_by_its_name() -> None:
    """Nothing in it has to be read for that."""
    assert is_overlay("clusters/east/a.patch.yaml")
    assert is_overlay("a.patch.yml")
    assert not is_overlay("a.patch.yaml.yaml")
    assert not is_overlay("patch.yaml")


@given(st.lists(st.text(), max_size=4).map(tuple))
def test_pointers_are_read_as_they_are_written(path: tuple[str, ...]) -> None:
    """Whatever the keys hold."""
    assert path_of(pointer_of(path)) == path


def test_a_stored_form_that_nobody_wrote_is_refused() -> None:
    """The Store holds what releases of this format wrote, or is damaged."""
    stored = StoredObject(ObjectHash("0"), ObjectKey("", "A", "", "a"), b'{"$unrendered":{"B":{}}}')
    with pytest.raises(ValueError, match="no stored form is called B"):
        from_stored(stored)
