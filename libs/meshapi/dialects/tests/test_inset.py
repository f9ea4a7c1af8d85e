"""Old objects in a set: announced, replaced, and judged like all others."""

from libs.kernel.messages import Level
from libs.kernel.origins import Origin
from libs.meshapi.codes import FIELD_WITHOUT_EFFECT
from libs.meshapi.dialects import codes
from libs.meshapi.dialects.inset import converted
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


def test_fields_that_nothing_acts_on_yet_are_named_after_conversion_too() -> None:
    """There is one warning for every such field of every converted object."""
    for case in CASES:
        file = parse_file(case.name, case.read_bytes())
        objects, messages = converted([file])
        made = [one for one in objects if one not in file.objects]
        wanted = sum(1 for one in made for _ in fields_without_effect(one.object))
        said = [one for one in messages if one.code == FIELD_WITHOUT_EFFECT]
        assert len(said) - len([one for one in said if one in file.messages]) == wanted
