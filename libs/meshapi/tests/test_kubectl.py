"""YAML means to us what it means to kubectl, or we refuse it; what kubectl refuses we do too."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.kernel.messages import errors
from libs.meshapi.dump import plain
from libs.meshapi.parse import parse_file

HEAD = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n"
KUBECTL_TIMEOUT_S = 30
_SCALARS = (
    "0 00 0o0 0o17 017 -017 +017 08 019 0o8 0x1F 0X1f 0b101 0b12 1_000 1__0 _1 1_ 0_7 +5 -5 "
    "+-5 ++5 190:20:30 1:30 0:0 .5 5. .5e1 1e3 1E3 1e+3 1e-3 1.0 1.50 -0 -0.0 +0 .inf -.inf "
    ".Inf .nan .NaN inf nan 1e400 -1e400 9223372036854775807 9223372036854775808 "
    "-9223372036854775809 18446744073709551616 12345678901234567890123 123456789012345678 0.1 "
    "1e22 1.7976931348623157e308 5e-324 y Y n N yes Yes YES no No NO on On ON off Off OFF "
    "true True TRUE false False FALSE tRue yEs ~ null Null NULL nULL 2001-01-01 "
    "2001-01-01T00:00:00Z 12:30:45 1.2.3 1.2.3.4 10.0.0.0/8 0x 0b 0o . .. + - _ e1 1e .e1 "
    "1.e1 0.0.0 1d 1s 100m 5Gi <<x = == 0x1_F 0b1_0 1_0.5 1_0e1 _0x1 0777 0888 "
)
SCALARS = _SCALARS.split()
TEXTS = (
    "{a: &x {b: 1}, c: *x}",
    "{a: &x [1, 2], c: *x}",
    "{base: &x {b: 1, c: 2}, d: {<<: *x, c: 3}}",
    "{base: &x {b: 1}, more: &y {b: 2, c: 4}, d: {<<: [*x, *y], e: 5}}",
    "{base: &x {b: 1}, d: {c: 2, <<: *x, e: 3}}",
    '{d: {"<<": 1}}',
    "{a: !!str 1, b: !!int '1', c: !!float 1}",
    "{a: \"\\u00e9\\x41\", b: 'it''s'}",
    "\n  a: |\n    one\n    two\n  b: >-\n    three\n    four\n  c: |+\n    five\n\n",
    "{a: [], b: {}, c: '', d: , e: [1, ]}",
    "{? a : 1}",
    "{1: a, 1.5: b, true: c, no: d, ~: e, 0x10: f}",
    "\n  a: plain with # a comment\n  b: a#b\n  c: 'x' # y\n",
)
STRICTER = (
    "{a: 1, a: 2}",
    "{base: &x {b: 1}, d: {b: 2, <<: *x}}",
    "{base: &x {b: 1}, more: &y {b: 2}, d: {<<: *x, <<: *y}}",
    "{1234567.5: a}",
    "{-0.0: a}",
    "{a: !mine 1}",
    "{a: 12345678901234567890}",
)


def _by_kubectl(kubectl: Path, texts: Sequence[str]) -> list[Any] | None:
    """Return what kubectl reads, without a server; None when it refuses one of them."""
    named = [HEAD.replace("name: a", f"name: a{n}") + text for n, text in enumerate(texts)]
    command = [str(kubectl), "label", "--local", "--dry-run=client", "-f", "-", "-o", "json", "x=y"]
    done = subprocess.run(
        command,
        input="---\n".join(named),
        capture_output=True,
        text=True,
        timeout=KUBECTL_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        return None
    objects: list[Any] = []
    at, decoder = 0, json.JSONDecoder()
    while at < len(done.stdout.rstrip()):
        one, at = decoder.raw_decode(done.stdout, at)
        objects += one["items"] if one["kind"] == "List" else [one]
        at += len(done.stdout[at:]) - len(done.stdout[at:].lstrip())
    return [one.get("spec") for one in objects]


def _by_us(text: str) -> Any:
    """Return what we read; `...` when we refuse it."""
    parsed = parse_file("a.yaml", (HEAD + text).encode())
    if errors(parsed.messages):
        return ...
    (one,) = parsed.objects
    return json.loads(json.dumps(plain(one.object).get("spec")))


def _differences(kubectl: Path, texts: Sequence[str]) -> list[tuple[str, Any, Any]]:
    """Return text, our reading and kubectl's, where they differ and ours is no refusal."""
    ours = {text: _by_us(text) for text in texts}
    taken = [text for text, value in ours.items() if value is not ...]
    theirs = _by_kubectl(kubectl, taken)
    if theirs is None:
        theirs = [(_by_kubectl(kubectl, [text]) or [...])[0] for text in taken]
    pairs = zip(taken, theirs, strict=True)
    return [(text, ours[text], value) for text, value in pairs if not _same(ours[text], value)]


def _same(ours: Any, theirs: Any) -> bool:
    return json.dumps(ours, sort_keys=True) == json.dumps(theirs, sort_keys=True)


@pytest.mark.parametrize("form", ["spec: {{v: {}}}\n", "spec: {{{}: v}}\n", "spec: [{}, x]\n"])
def test_a_scalar_means_the_same(kubectl: Path, form: str) -> None:
    """As a value, as a key and as an item, each tricky plain scalar is read alike."""
    assert _differences(kubectl, [form.format(text) for text in SCALARS]) == []


def test_structures_mean_the_same(kubectl: Path) -> None:
    """Anchors, merges, tags, blocks and odd keys are read alike."""
    assert _differences(kubectl, [f"spec: {text}\n" for text in TEXTS]) == []


@pytest.mark.parametrize("text", STRICTER)
def test_what_only_we_refuse(kubectl: Path, text: str) -> None:
    """Where kubectl takes one of two values, drops a tag or loses digits, we refuse."""
    assert _by_us(f"spec: {text}\n") is ...
    assert _by_kubectl(kubectl, [f"spec: {text}\n"]) is not None


@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    st.sampled_from(["spec: {{v: {}}}\n", "spec: {{{}: v}}\n"]),
    st.lists(st.text("0123456789+-._eExXoObB:nNafyYtT~", min_size=1, max_size=9), max_size=60),
)
def test_random_scalars_mean_the_same(kubectl: Path, form: str, texts: list[str]) -> None:
    """No scalar of digits, signs and letters is read otherwise."""
    assert _differences(kubectl, [form.format(text) for text in texts]) == []
