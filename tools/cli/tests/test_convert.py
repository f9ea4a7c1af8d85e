"""`periplus convert`: today's objects on standard output, and what people have to know beside."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.desired.directory import contents_from_files
from libs.kernel.messages import errors
from libs.lint.check import check
from libs.meshapi.dump import to_yaml
from libs.meshapi.parse import parse_file
from tools.cli.convert import converted
from tools.cli.main import main

RULE = """\
apiVersion: config.istio.io/v1alpha2
kind: RouteRule
metadata: {name: reviews-default}
spec:
  destination: {name: reviews}
  route: [{labels: {version: v1}, weight: 100}]
"""
ONLY_TODAY = """\
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: {name: ratings}
spec:
  hosts: [ratings]
  http: [{route: [{destination: {host: ratings}}]}]
---
apiVersion: v1
kind: Secret
metadata: {name: hidden}
stringData: {key: hunter2}
"""
LIMIT = """\
apiVersion: config.istio.io/v1alpha2
kind: memquota
metadata: {name: handler}
spec: {quotas: [{name: requestcount.quota, maxAmount: 5000, validDuration: 1s}]}
"""
UNKNOWN = "apiVersion: config.istio.io/v1alpha2\nkind: stdio\nmetadata: {name: a}\nspec: {}\n"


def test_what_carries_over_is_printed_and_fine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 0; objects in a stable order; versions of today; nothing of a Secret."""
    (tmp_path / "b.yaml").write_text(RULE)
    (tmp_path / "a.yaml").write_text(ONLY_TODAY)
    assert main(["convert", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    printed = [(one["apiVersion"], one["kind"], one["metadata"]["name"]) for one in read(out)]
    assert printed == [
        ("networking.istio.io/v1", "VirtualService", "ratings"),
        ("networking.istio.io/v1", "DestinationRule", "reviews"),
        ("networking.istio.io/v1", "VirtualService", "reviews"),
    ]
    assert "hunter2" not in out + err
    assert f"{tmp_path}/b.yaml:4:1: info PER0113" in err


@pytest.mark.parametrize("text", [LIMIT, UNKNOWN])
def test_what_does_not_carry_over_is_said(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 1, a note with the place, and the rest is printed all the same."""
    (tmp_path / "a.yaml").write_text(f"{RULE}---\n{text}")
    assert main(["convert", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert len(read(out)) == 2
    assert f"{tmp_path}/a.yaml:" in err
    assert "warning PER0112" in err


def test_json_has_objects_and_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document, with notes in the form of `check`."""
    (tmp_path / "a.yaml").write_text(LIMIT)
    assert main(["convert", str(tmp_path), "-o", "json"]) == 1
    content = json.loads(capsys.readouterr().out)
    assert content["objects"] == []
    (note,) = content["notes"]
    assert (note["code"], note["level"], note["object"]["kind"]) == (
        "PER0112",
        "warning",
        "memquota",
    )


def test_half_a_set_is_not_converted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2 and the first errors: a rule that is missing changes what the others mean."""
    (tmp_path / "a.yaml").write_text(RULE.replace("weight: 100", "weight: 40"))
    assert main(["convert", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "a.yaml:6:3: error IST0106" in err
    assert "weights add up to 40" in err


def read(text: str) -> list[dict[str, Any]]:
    """Read the documents of an output."""
    return list(yaml.safe_load_all(text)) if text else []


SERVICES = ("details", "ratings", "reviews")
LABELS = st.sampled_from([{}, {"version": "v1"}, {"version": "v2"}, {"version": "v1", "a": "b.c"}])
NAMES = st.sampled_from(SERVICES).map(lambda name: {"name": name})
DURATIONS = st.sampled_from(["1s", "1500ms", "2m"])
MATCH = st.fixed_dictionaries(
    {"exact": st.sampled_from(["/a", "b", "GET"])}
) | st.fixed_dictionaries({"regex": st.sampled_from(["/a.*", "^(.*?;)?(user=jason)(;.*)?$"])})
SHARES = st.tuples(LABELS, LABELS, st.integers(1, 99)).map(
    lambda drawn: [
        {"labels": drawn[0], "weight": drawn[2]},
        {"labels": drawn[1], "weight": 100 - drawn[2]},
    ]
) | LABELS.map(lambda labels: [{"labels": labels}])
ANSWERS = st.fixed_dictionaries({"redirect": st.just({"uri": "/moved"})}) | st.fixed_dictionaries(
    {},
    optional={
        "route": SHARES,
        "rewrite": st.just({"uri": "/b"}),
        "mirror": NAMES,
        "httpReqTimeout": DURATIONS.map(lambda time: {"simpleTimeout": {"timeout": time}}),
        "httpReqRetries": st.integers(0, 3).map(lambda n: {"simpleRetry": {"attempts": n}}),
        "httpFault": st.integers(0, 100).map(
            lambda share: {"abort": {"percent": share, "httpStatus": 503}}
        ),
        "appendHeaders": st.just({"x-a": "1"}),
    },
)
MATCHES = st.fixed_dictionaries(
    {},
    optional={
        "source": st.tuples(NAMES, LABELS).map(lambda drawn: {**drawn[0], "labels": drawn[1]}),
        "request": st.dictionaries(
            st.sampled_from(["uri", "method", "cookie", "x-a"]), MATCH, min_size=1, max_size=2
        ).map(lambda headers: {"headers": headers}),
    },
)
RULES = st.tuples(
    NAMES, st.integers(-1, 3), ANSWERS, st.fixed_dictionaries({}, optional={"match": MATCHES})
).map(
    lambda drawn: (
        "RouteRule",
        {"destination": drawn[0], "precedence": drawn[1], **drawn[2], **drawn[3]},
    )
)
POLICIES = st.tuples(
    NAMES,
    LABELS,
    st.fixed_dictionaries(
        {},
        optional={
            "source": NAMES,
            "loadBalancing": st.sampled_from(["ROUND_ROBIN", "LEAST_CONN", "RANDOM"]).map(
                lambda name: {"name": name}
            ),
            "circuitBreaker": st.integers(0, 9).map(lambda n: {"simpleCb": {"maxConnections": n}}),
        },
    ),
).map(
    lambda drawn: (
        "DestinationPolicy",
        {"destination": {**drawn[0], "labels": drawn[1]}, **drawn[2]},
    )
)
EGRESSES = st.sampled_from(["*.example.com", "www.example.org", "10.0.0.0/8"]).map(
    lambda host: (
        "EgressRule",
        {"destination": {"service": host}, "ports": [{"port": 443, "protocol": "tcp"}]},
    )
)
PATHS = st.tuples(st.sampled_from(["", "/a", "/b/.*", "/.*"]), st.sampled_from(SERVICES)).map(
    lambda drawn: {"path": drawn[0], "backend": {"serviceName": drawn[1], "servicePort": "http"}}
)
INGRESSES = st.lists(
    st.tuples(st.sampled_from(["", "a.example", "*.b.example"]), st.lists(PATHS, min_size=1)).map(
        lambda drawn: {"host": drawn[0], "http": {"paths": drawn[1]}}
    ),
    min_size=1,
    max_size=3,
).map(lambda rules: ("Ingress", {"rules": rules}))


def _object(number: int, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": f"object-{number}"}
    if kind == "Ingress":
        metadata["annotations"] = {"kubernetes.io/ingress.class": "istio"}
        return {
            "apiVersion": "extensions/v1beta1",
            "kind": kind,
            "metadata": metadata,
            "spec": spec,
        }
    version = "config.istio.io/v1alpha2"
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def _service(name: str) -> dict[str, Any]:
    spec = {"selector": {"app": name}, "ports": [{"name": "http", "port": 9080}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


@settings(max_examples=60, deadline=None)
@given(st.lists(RULES | POLICIES | EGRESSES | INGRESSES, min_size=1, max_size=7))
def test_what_conversion_prints_always_passes_check(
    drawn: list[tuple[str, dict[str, Any]]],
) -> None:
    """The output reads without an error, is the same again when it is read, and lint finds none."""
    old = [_object(number, kind, spec) for number, (kind, spec) in enumerate(drawn)]
    services = yaml.safe_dump_all(map(_service, SERVICES))
    parsed = parse_file("old.yaml", f"{yaml.safe_dump_all(old)}---\n{services}".encode())
    assert errors(parsed.messages) == ()
    objects, notes = converted(parsed.objects)
    assert errors(notes) == ()
    text = to_yaml(objects)
    again = parse_file("new.yaml", text.encode())
    assert [one.object for one in again.objects] == list(objects)
    read_back = contents_from_files({"new.yaml": text.encode(), "services.yaml": services.encode()})
    assert errors((*read_back.messages, *check(read_back.view, read_back.contents))) == (), text
