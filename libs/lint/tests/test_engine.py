"""From one state of a fleet to the next: what is found is what a look from scratch finds."""

import pytest
from hypothesis import given

from libs.desired.finding import Finding
from libs.lint.check import CHECKS, linter
from libs.lint.clusterview import ClusterView
from libs.lint.engine import Lint
from libs.lint.tests.edits import EDITS, FLEETS, OBJECTS, TEXTS, parsed, read, states


def printed(found: tuple[Finding, ...]) -> str:
    """Return findings to the last byte."""
    return "\n".join(f"{one.message!r} {one!r}" for one in found)


def test_the_texts_of_the_edits_are_valid() -> None:
    """Each text is one object without an error, or the property below says less than it seems."""
    for text in OBJECTS:
        file = parsed("configs/all/a.yaml", text)
        assert len(file.objects) == 1, file.messages


@given(EDITS)
def test_a_look_after_an_edit_finds_what_a_look_from_scratch_finds(
    changes: list[tuple[str, list[str], str]],
) -> None:
    """To the last byte, after every edit of a file, a selector, a cluster or a setting."""
    kept = linter()
    for files in states(changes):
        assert printed(kept.findings(*read(files))) == printed(linter().findings(*read(files)))


def test_an_error_in_a_check_leaves_nothing_half_done() -> None:
    """The look after it begins anew."""
    broken = [True]

    def look(view: ClusterView) -> tuple[()]:
        if broken[0]:
            raise RuntimeError(view.name)
        return ()

    kept = Lint([*CHECKS, look])
    state = read({**FLEETS["first"], "configs/all/a.yaml": "".join(TEXTS)})
    with pytest.raises(RuntimeError):
        kept.findings(*state)
    broken.clear()
    broken.append(False)
    assert printed(kept.findings(*state)) == printed(linter().findings(*state))
