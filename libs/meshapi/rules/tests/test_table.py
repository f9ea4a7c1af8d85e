"""Each kind is judged by its own rules, and a problem is always about a field that exists."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
import yaml
from pydantic import ValidationError

from libs.meshapi import kinds
from libs.meshapi.kinds import MODELS
from libs.meshapi.limits import DEFAULT_LIMITS
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.rules.table import problems_in
from libs.meshapi.rules.tests.rulecases import mesh_object, paths
from libs.meshapi.schema import annotation_at
from libs.meshapi.tests.casefiles import CASES
from libs.meshapi.values import ValueBuilder
from libs.meshapi.yamlnodes import pieces_of

RULE = {"route": ({"destination": {"host": "a"}},)}


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (mesh_object("VirtualService", hosts=("*.a.*",), http=(RULE,)), "spec.hosts[0]"),
        (mesh_object("VirtualService", hosts=("a",), http=({},)), "spec.http[0]"),
        (mesh_object("DestinationRule", host="a b"), "spec.host"),
        (mesh_object("Gateway"), "spec"),
        (mesh_object("ServiceEntry", hosts=()), "spec.hosts"),
        (mesh_object("WorkloadEntry"), "spec"),
        (mesh_object("Sidecar", egress=({"hosts": ("a",)},)), "spec.egress[0].hosts[0]"),
        (mesh_object("Service", ports=({"port": 1},), clusterIP="a"), "spec.clusterIP"),
        (mesh_object("Fleet", sets=({"name": "a", "paths": ()},)), "spec.sets[0].paths"),
        (mesh_object("Cluster", connection={}), "spec.connection"),
    ],
)
def test_a_kind_is_judged_by_its_rules(obj: MeshObject, expected: str) -> None:
    """One mistake gives one problem, at the field to change."""
    assert paths(obj) == [expected]


def test_every_problem_of_the_cases_is_about_a_field() -> None:
    """No rule points at a path that its kind does not have."""
    judged = set()
    for obj in _all_objects():
        for problem in problems_in(obj):
            judged.add(type(obj))
            assert annotation_at(type(obj), problem.path) is not None
    assert judged == set(MODELS)


def _all_objects() -> Iterator[MeshObject]:
    """Give the objects of the cases that fit their models, whatever the rules say of them."""
    for case in CASES:
        for piece in pieces_of(case.name, case.read_text(encoding="utf-8")):
            with suppress(yaml.YAMLError, ValidationError, TypeError, KeyError):
                for document in piece.documents():
                    raw = ValueBuilder(piece, DEFAULT_LIMITS, 10_000).build(document)
                    model = kinds.BY_KIND.get(
                        (str(raw["apiVersion"]).rpartition("/")[0], raw["kind"])
                    )
                    if model is not None:
                        yield model.model_validate(raw)
