"""Old objects in a set: announced, replaced, and judged like all others."""

from pathlib import Path

import pytest

from libs.kernel.messages import Level
from libs.kernel.origins import Origin
from libs.meshapi.codes import FIELD_WITHOUT_EFFECT as WITHOUT_EFFECT
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.dialects import codes
from libs.meshapi.dialects.convert import convert
from libs.meshapi.dialects.inset import converted
from libs.meshapi.dialects.kinds import is_old
from libs.meshapi.dialects.run import context_of
from libs.meshapi.dialects.tests.casefiles import CASES
from libs.meshapi.effects import fields_without_effect
from libs.meshapi.parse import parse_file
from libs.meshapi.virtualservice import VirtualService

RULE = """
apiVersion: config.istio.io/v1alpha2
kind: RouteRule
metadata: {{name: {name}}}
spec:
  destination: {{name: reviews}}
  precedence: {precedence}
  match: {{request: {{headers: {{uri: {{exact: /{name}}}}}}}}}
"""

FOR_ONE_CALLER = b"""
apiVersion: config.istio.io/v1alpha2
kind: DestinationPolicy
metadata: {name: one}
spec:
  source: {name: productpage}
  destination: {name: reviews}
  loadBalancing: {name: RANDOM}
"""


def test_rules_of_one_host_meet_across_files() -> None:
    """One VirtualService comes of two files, and each of its rules stands in its own file."""
    files = [
        parse_file(f"{name}.yaml", RULE.format(name=name, precedence=number).encode())
        for number, name in enumerate(("low", "high"))
    ]
    (service,), messages = converted(files)
    assert isinstance(service.object, VirtualService)
    assert [one.name for one in service.object.spec.http] == ["high", "low", ""]
    assert service.origin == Origin("high.yaml", 2)
    assert service.positions.at(("spec", "http", 1, "match")) == Origin("low.yaml", 8, 3)
    announced = [one for one in messages if one.code == codes.CONVERTED]
    assert [one.origin.file for one in announced] == ["low.yaml", "high.yaml"]
    assert {one.level for one in announced} == {Level.WARNING}


def test_a_set_without_old_objects_stays_as_it_is() -> None:
    """Nothing is added, dropped or sorted anew."""
    file = parse_file("a.yaml", b"apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {}\n")
    assert converted([file]) == (file.objects, file.messages)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_nothing_acts_on_yet_is_said_after_conversion_too(case: Path) -> None:
    """There is one warning for every such field of every converted object."""
    file = parse_file(case.name, case.read_bytes())
    old = [one for one in file.objects if is_old(one.model)]
    found = convert(old, context_of(one.object for one in file.objects if one not in old))
    wanted = [key.key for key in found.objects for _ in fields_without_effect(key.object)]
    _, messages = converted([file])
    said = [one.object for one in messages[len(file.messages) :] if one.code == WITHOUT_EFFECT]
    assert said == wanted


def test_a_policy_for_one_caller_never_becomes_one_for_all() -> None:
    """The rule that it becomes selects the caller's workloads, and nobody else has one."""
    objects, _ = converted([parse_file("a.yaml", FOR_ONE_CALLER)])
    rules = [one.object for one in objects if isinstance(one.object, DestinationRule)]
    selectors = [rule.spec.workload_selector for rule in rules if rule.spec.traffic_policy]
    assert [one.match_labels if one else None for one in selectors] == [{"app": "productpage"}]
