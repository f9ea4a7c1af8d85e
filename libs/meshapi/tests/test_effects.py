"""The table of fields without effect names fields that exist, and each gives its warning."""

import pytest

from libs.meshapi import kinds
from libs.meshapi.effects import NO_EFFECT, fields_without_effect
from libs.meshapi.parse import parse_file
from libs.meshapi.quoting import path_text
from libs.meshapi.schema import annotation_at
from libs.meshapi.tests.casefiles import CASES

PATHS = [(kind, path) for kind, paths in NO_EFFECT.items() for path in paths]


@pytest.mark.parametrize(("kind", "path"), PATHS)
def test_a_path_of_the_table_leads_to_a_field(kind: str, path: str) -> None:
    """A field that was renamed or removed leaves no row behind."""
    model = next(one for one in kinds.MODELS if one.__name__ == kind)
    parts: list[str | int] = []
    for name in path.split("."):
        parts.append(name.removesuffix("[]"))
        parts.extend([0] * name.endswith("[]"))
    assert annotation_at(model, tuple(parts)) is not None


def test_the_cases_without_a_word_use_no_such_field() -> None:
    """An object of the cases that is parsed without a warning sets nothing of the table."""
    quiet = [
        one.object
        for case in CASES
        if not (parsed := parse_file(case.name, case.read_bytes())).messages
        for one in parsed.objects
    ]
    assert quiet
    assert [path for obj in quiet for path in fields_without_effect(obj)] == []


def test_a_field_is_named_once_for_each_place() -> None:
    """Every item of a list that sets the field is found, with its index."""
    text = b"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a}
spec:
  hosts: [a]
  http:
  - {fault: {abort: {http2Error: b}}, route: [{destination: {host: a}}]}
  - {route: [{destination: {host: a}}]}
  - {fault: {abort: {http2Error: c}}, route: [{destination: {host: a}}]}
"""
    (parsed,) = parse_file("x.yaml", text).objects
    found = [path_text(one.path) for one in fields_without_effect(parsed.object)]
    assert found == [f"spec.http[{at}].fault.abort.http2Error" for at in (0, 2)]
