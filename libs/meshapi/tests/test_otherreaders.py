"""Objects that we take are taken by readers that others made from Istio's own definitions.

Those readers know less, see `tools.parts.istiomodels`: what breaks only a rule they take as well.
"""

from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.meshapi import kinds
from libs.meshapi.limits import DEFAULT_LIMITS
from libs.meshapi.reading import Document, read_object
from libs.meshapi.tests.casefields import documents
from libs.meshapi.tests.casefiles import CASES
from libs.meshapi.tests.strategies import virtual_services
from tests.bench.monorepo import files
from tools.parts.istiomodels import verdicts

WRONG = [case for case in CASES if case.stem.endswith("when-it-is-wrong")]


def _objects(cases: list[Path], *, accepted: bool) -> list[Any]:
    """Give the objects of Istio's kinds in the cases that we accept, or those that we do not."""
    found = []
    for raw, tree in documents(cases):
        api_version = raw.get("apiVersion") if isinstance(raw, dict) else None
        group = str(api_version).rpartition("/")[0]
        if not group.endswith("istio.io") or (group, raw.get("kind")) not in kinds.BY_KIND:
            continue
        reading = read_object(raw, (), Document(tree, True, DEFAULT_LIMITS.messages_max))
        if (reading.object is not None) == accepted and isinstance(raw.get("metadata"), dict):
            found.append(raw)
    return found


def test_every_object_that_we_accept_is_accepted(istio_models: Path) -> None:
    """No field of ours has a name or a type that Istio's does not have."""
    objects = _objects(CASES, accepted=True)
    read = verdicts(objects, istio_models)
    assert sum(one.known for one in read) > 50
    assert [(o["kind"], one.fault) for o, one in zip(objects, read, strict=True) if one.fault] == []


def test_every_field_of_another_type_is_refused_by_both(istio_models: Path) -> None:
    """An object with fields of wrong types is wrong to everybody."""
    objects = _objects(WRONG, accepted=False)
    read = verdicts(objects, istio_models)
    assert sum(one.known for one in read) > 30
    pairs = zip(objects, read, strict=True)
    assert [o["kind"] for o, one in pairs if one.known and one.fault is None] == []


def test_a_generated_repository_is_accepted(istio_models: Path) -> None:
    """What the benchmark reads is what users could apply."""
    texts = [content for _, content in files(200)]
    objects = [one for text in texts for one in yaml.safe_load_all(text)]
    read = verdicts(objects, istio_models)
    assert sum(one.known for one in read) == 160
    assert [one.fault for one in read if one.fault] == []


@settings(
    deadline=None, max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(objects=st.lists(virtual_services(), min_size=1, max_size=50))
def test_random_objects_are_accepted(istio_models: Path, objects: list[dict[str, Any]]) -> None:
    """Whatever our models take of texts, numbers and lists, theirs take as well."""
    read = verdicts(objects, istio_models)
    assert [one for one in read if not one.known or one.fault] == []
