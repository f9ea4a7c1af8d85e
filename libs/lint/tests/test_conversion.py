"""What `periplus convert` writes passes every check, once the services of the mesh are there."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.compile.hosts import fqdn
from libs.desired.directory import contents_from_files
from libs.kernel.messages import errors
from libs.lint import rules
from libs.lint.check import check
from libs.lint.destinations import destinations
from libs.meshapi.dialects.convert import convert
from libs.meshapi.dialects.kinds import is_old
from libs.meshapi.dialects.run import context_of
from libs.meshapi.dump import to_yaml
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parse import parse_file
from libs.meshapi.virtualservice import VirtualService

DOMAIN = "cluster.local"
CASES = sorted((Path(__file__).parents[2] / "meshapi/dialects/tests/cases").glob("*.yaml"))
VERSIONS = st.sampled_from([{}, {"version": "v1"}, {"version": "v2"}, {"version": "v1", "a": "b"}])
NAMES = st.sampled_from(["reviews", "ratings"])


def complaints(data: bytes) -> Sequence[str]:
    """Convert a file of old objects, read what that writes, and return the errors in it.

    Objects that were not old may have errors of their own. An Ingress may name a port that its
    Service does not have: conversion says so and leaves it out, and that it is missing is right.
    """
    file = parse_file("old.yaml", data)
    old = [one for one in file.objects if is_old(one.model)]
    kept = [one.object for one in file.objects if not is_old(one.model)]
    made = convert(old, context_of(kept)).objects
    everything = [*kept, *(one.object for one in made)]
    text = to_yaml(everything) + services(everything)
    view, contents, messages = contents_from_files({"mesh.yaml": text.encode()})
    found = errors((*messages, *check(view, contents)))
    theirs = {one.key for one in kept}
    return [
        str(one) for one in found if one.code != rules.PORT_NEEDED.code and one.object not in theirs
    ]


def services(objects: Iterable[MeshObject]) -> str:
    """Return the Services of the mesh that rules lead to and that are not there."""
    objects = tuple(objects)
    there = {one.metadata.name for one in objects if one.kind == "Service"}
    ports: dict[tuple[str, str], set[int]] = {}
    for one in objects:
        if isinstance(one, VirtualService):
            for _, target in destinations(one.spec):
                name, _, rest = fqdn(target.host, one.namespace, DOMAIN).partition(".")
                namespace, _, domain = rest.partition(".")
                if domain == f"svc.{DOMAIN}" and name not in there:
                    numbers = ports.setdefault((name, namespace), set())
                    numbers.update({target.port.number} if target.port else ())
    return "".join(service(*key, sorted(found or {80})) for key, found in sorted(ports.items()))


def service(name: str, namespace: str, ports: Iterable[int]) -> str:
    """Return a Service as YAML."""
    listed = "".join(f"  - {{name: http-{port}, port: {port}}}\n" for port in ports)
    return (
        f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
        f"spec:\n  selector: {{app: {name}}}\n  ports:\n{listed}"
    )


@st.composite
def route_rules(draw: st.DrawFn, number: int) -> str:
    """Return a RouteRule of the first releases."""
    name, labels = draw(NAMES), [draw(VERSIONS) for _ in range(draw(st.integers(1, 3)))]
    first = draw(st.integers(0, 100)) if len(labels) > 1 else 100
    weights = [first, 100 - first, 0][: len(labels)]
    path = draw(st.sampled_from(["{prefix: /a}", "{exact: /a/b}", "{regex: '/a.*'}", None]))
    lines = [
        "apiVersion: config.istio.io/v1alpha2",
        "kind: RouteRule",
        f"metadata: {{name: rule-{number}}}",
        "spec:",
        f"  destination: {{name: {name}}}",
        f"  precedence: {draw(st.integers(0, 3))}",
        *([f"  match: {{request: {{headers: {{uri: {path}}}}}}}"] if path else []),
        "  route:",
        *(
            f"  - {{labels: {one}, weight: {weight}}}".replace("'", "")
            for one, weight in zip(labels, weights, strict=True)
        ),
    ]
    return "\n".join(lines) + "\n---\n"


@st.composite
def policies(draw: st.DrawFn, number: int) -> str:
    """Return a DestinationPolicy of the first releases."""
    destination = f"{{name: {draw(NAMES)}, labels: {draw(VERSIONS)}}}".replace("'", "")
    balancing = draw(st.sampled_from(["ROUND_ROBIN", "LEAST_CONN", "RANDOM"]))
    return (
        "apiVersion: config.istio.io/v1alpha2\nkind: DestinationPolicy\n"
        f"metadata: {{name: policy-{number}}}\n"
        f"spec:\n  destination: {destination}\n  loadBalancing: {{name: {balancing}}}\n---\n"
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_converted_case_passes_check(case: Path) -> None:
    """Whatever the old objects of a case were, nothing that is made of them is an error."""
    assert complaints(case.read_bytes()) == []


@given(st.data())
def test_any_converted_rules_and_policies_pass_check(data: st.DataObject) -> None:
    """However precedences, matches and labels meet, their conversion has a stated order."""
    count = data.draw(st.integers(1, 5))
    texts = [data.draw(route_rules(number)) for number in range(count)]
    texts += [data.draw(policies(number)) for number in range(data.draw(st.integers(0, 3)))]
    assert complaints("".join(texts).encode()) == []
