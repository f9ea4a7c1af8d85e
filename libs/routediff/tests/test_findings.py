"""What checking says of the new side alone."""

from libs.lint.check import CHECKS
from libs.routediff.findings import new_findings
from libs.routediff.tests.fleets import TO_V1, rule, side

_LOST = TO_V1.replace("v1", "v9")


def test_only_what_is_new_is_said() -> None:
    """A mistake that was there before is somebody else's, though its lines have moved."""
    old = side(configs__all__rules=rule(_LOST))
    new = side(configs__all__rules="# moved\n" + rule(_LOST))
    assert new_findings(CHECKS, old, new) == ()
    (found,) = [one for one in new_findings(CHECKS, side(), old) if one.is_error]
    assert "v9" in found.message.text
