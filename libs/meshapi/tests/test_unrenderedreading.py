"""Templates and patches as they are read from files; their messages have case files."""

from libs.meshapi.parse import parse_file
from libs.meshapi.recall import from_bytes, parse_and_record
from libs.meshapi.unrendered import Patch, Template
from libs.meshapi.virtualservice import VirtualService

ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - timeout: TIMEOUT
    route: [{destination: {host: reviews}}]
"""


def test_only_an_object_that_uses_variables_is_a_template() -> None:
    """A comment uses none, and neither does another object of the file."""
    text = f"# ${{comment}}\n{ROUTE.replace('TIMEOUT', '3s')}---\n{ROUTE}"
    plain, template = parse_file("a.yaml", text.replace("TIMEOUT", "${t}").encode()).objects
    assert isinstance(plain.object, VirtualService)
    assert isinstance(template.object, Template)


def test_a_plain_scalar_is_told_from_one_in_quotes() -> None:
    """Only the former takes the type of its value, and only when it is the variable alone."""
    for written, whole in [
        ("${t}", ("/spec/http/0/timeout",)),
        ('"${t}"', ()),
        ("'${t}'", ()),
        ("${t}s", ()),
        ("$${t}", ()),
        ("|-\n      ${t}", ()),
    ]:
        (one,) = parse_file("a.yaml", ROUTE.replace("TIMEOUT", written).encode()).objects
        assert isinstance(one.object, Template)
        assert one.object.whole == whole, written


def test_items_of_a_list_are_told_apart() -> None:
    """Paths begin at the item, wherever it stands."""
    items = "".join(
        f"- {line}" if not n else f"  {line}" for n, line in enumerate(ROUTE.splitlines(True))
    )
    text = "apiVersion: v1\nkind: List\nitems:\n" + items.replace("TIMEOUT", "${t}")
    (one,) = parse_file("a.yaml", text.encode()).objects
    assert isinstance(one.object, Template)
    assert one.object.whole == ("/spec/http/0/timeout",)


def test_a_template_is_recalled_without_reading_yaml() -> None:
    """The record of its file gives it back with its places."""
    data = ROUTE.replace("TIMEOUT", "${t}").encode()
    parsed, record = parse_and_record("a.yaml", data)
    assert record is not None
    again = from_bytes(record, "b.yaml", lambda: data)
    assert [one.object for one in again.objects] == [one.object for one in parsed.objects]
    assert again.objects[0].positions.at(("spec", "http", 0, "timeout")).line == 7


def test_annotations_that_are_alike_everywhere_are_the_template_s_own() -> None:
    """Those of the lint are read before it is known for which cluster."""
    metadata = "{name: reviews, annotations: {a: b, c: '${t}'}}"
    text = ROUTE.replace("{name: reviews}", metadata).replace("TIMEOUT", "${t}")
    (one,) = parse_file("a.yaml", text.encode()).objects
    assert one.object.metadata.annotations == {"a": "b"}


def test_a_patch_holds_the_change_alone() -> None:
    """Neither whom it is for nor how it is meant reaches the object."""
    text = ROUTE.replace(
        "{name: reviews}", "{name: reviews, annotations: {periplus.io/patch: merge}}"
    )
    (one,) = parse_file("a.patch.yaml", text.replace("TIMEOUT", "3s").encode()).objects
    assert isinstance(one.object, Patch)
    assert list(one.object.content) == ["spec"]
    assert one.object.way == "merge"


def test_the_fleet_s_own_kinds_use_no_variables() -> None:
    """A value of a variable is not looked into again, wherever it is defined."""
    text = (
        "apiVersion: periplus.io/v1alpha1\nkind: Cluster\nmetadata: {name: east}\n"
        'spec: {variables: {a: "${b}"}}\n'
    )
    (one,) = parse_file("clusters/east/cluster.yaml", text.encode()).objects
    assert not isinstance(one.object, Template)


def test_a_variable_without_quotes_in_a_flow_mapping_is_told_of_quotes() -> None:
    """Braces are its syntax and YAML's."""
    text = ROUTE.replace("{host: reviews}", "{host: ${host}}")
    (message,) = parse_file("a.yaml", text.encode()).messages
    assert "(inside of `{}` or `[]` a variable stands in quotes)" in message.text
