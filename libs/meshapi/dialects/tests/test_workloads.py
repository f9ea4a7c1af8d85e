"""Deployments of versions that are gone are read as those of today."""

from typing import Any

import pytest

from libs.kernel.messages import Level
from libs.meshapi.deployment import Deployment
from libs.meshapi.parse import parse_file

TEXT = """
apiVersion: {version}
kind: Deployment
metadata: {{name: web}}
spec:
  template:
    metadata: {{labels: {{app: web, version: v1}}}}
    spec: {{containers: [{{name: a}}]}}{more}
"""


def _read(version: str, more: str = "") -> tuple[Any, list[str]]:
    parsed = parse_file("a.yaml", TEXT.format(version=version, more=more).encode())
    said = [one.text for one in parsed.messages if "version" in one.text]
    assert all(one.level is Level.WARNING for one in parsed.messages)
    return parsed.objects[0].object, said


@pytest.mark.parametrize("version", ["extensions/v1beta1", "apps/v1beta1", "apps/v1beta2"])
def test_the_labels_of_the_template_are_selected(version: str) -> None:
    """That is what those versions did without a selector; a warning says what to write."""
    made, (said,) = _read(version)
    assert isinstance(made, Deployment)
    assert made.api_version == "apps/v1"
    assert made.spec.selector.match_labels == {"app": "web", "version": "v1"}
    assert (
        said == f"`{version}` is an old version, read as `apps/v1`; write that, with a `selector`"
    )


def test_a_selector_of_its_own_counts() -> None:
    """What is written is not replaced."""
    made, _ = _read("apps/v1beta1", "\n  selector: {matchLabels: {app: web}}")
    assert made.spec.selector.match_labels == {"app": "web"}


def test_other_versions_stay_what_they_are() -> None:
    """A version that never was is refused as ever."""
    parsed = parse_file("a.yaml", TEXT.format(version="apps/v1beta9", more="").encode())
    assert parsed.objects == ()
    assert "write `apps/v1`" in parsed.messages[0].text
