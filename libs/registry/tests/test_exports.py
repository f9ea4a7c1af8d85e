"""Who sees an object."""

import pytest

from libs.registry.exports import exported, sees


@pytest.mark.parametrize(
    ("written", "default", "seen"),
    [
        pytest.param([], [], {"own", "named", "other"}, id="nothing written is for everybody"),
        pytest.param(["*"], ["."], {"own", "named", "other"}, id="what is written counts"),
        pytest.param([], ["."], {"own"}, id="else the default of the mesh"),
        pytest.param(["."], [], {"own"}, id="the own namespace"),
        pytest.param([".", "named"], [], {"own", "named"}, id="a namespace by name"),
        pytest.param(["named"], [], {"named"}, id="another namespace, and not the own one"),
        pytest.param(["~"], [], set(), id="nobody"),
    ],
)
def test_an_object_is_seen_where_it_is_exported_to(
    written: list[str], default: list[str], seen: set[str]
) -> None:
    """Every form of `exportTo` names the namespaces that it documents."""
    exports = exported(written, "own", default)
    assert {one for one in ("own", "named", "other") if sees(exports, one)} == seen
