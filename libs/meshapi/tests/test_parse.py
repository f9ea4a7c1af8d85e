"""A file's bytes become objects and messages, whatever the bytes are."""

import time
from pathlib import Path

import orjson
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.kernel.messages import errors
from libs.kernel.origins import Origin
from libs.meshapi import codes
from libs.meshapi.limits import Limits
from libs.meshapi.objects import to_stored
from libs.meshapi.parse import parse_file
from libs.meshapi.tests.casefiles import CASES, expected, outcome
from libs.meshapi.tests.strategies import virtual_services

GOOD = """
---
apiVersion: v1
kind: Service
metadata: {name: good}
spec: {ports: [{port: 80}]}
"""
SECONDS_MAX = 1.0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_case_file_gives_what_is_written_beside_it(case: Path) -> None:
    """Objects and messages, with line, column and sentence, are those of the expected file."""
    assert outcome(case) == expected(case).read_text(encoding="utf-8")


def test_every_expectation_has_its_case() -> None:
    """No expected file is left behind by a case that was renamed."""
    folder = CASES[0].parent
    assert sorted(folder.glob("*.expected.txt")) == sorted(expected(case) for case in CASES)


def _laughs() -> str:
    lines = (f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 20))
    return "\n".join(["l0: &l0 [x, x, x, x, x, x, x, x, x]", *lines])


def _merges() -> str:
    lines = (f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}" for n in range(1, 20))
    return "\n".join(["m0: &m0 {x: 1}", *lines])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 10_000 + "]" * 10_000, id="flow lists"),
        pytest.param("{a: " * 10_000 + "}" * 10_000, id="flow mappings"),
        pytest.param("[\n" * 10_000, id="flow lists, one a line"),
        pytest.param("[" * 500_000, id="flow lists that would overflow the stack"),
        pytest.param("- " * 10_000 + "x", id="block lists on one line"),
        pytest.param("? " * 10_000 + "x", id="block keys on one line"),
        pytest.param("\n".join(" " * n + "a:" for n in range(1300)), id="block mappings"),
        pytest.param("[" * 80 + "]" * 80, id="just deeper than allowed"),
        pytest.param("&a [*a]", id="a list that contains itself"),
        pytest.param("a: &a {b: *a}", id="a mapping that contains itself"),
        pytest.param(_laughs(), id="aliases that multiply"),
        pytest.param(_merges(), id="merge keys that multiply"),
    ],
)
def test_what_nests_or_multiplies_is_refused_quickly(text: str) -> None:
    """The message names the limit, and a second is enough."""
    began = time.process_time()
    parsed = parse_file("x.yaml", (text + GOOD).encode())
    assert time.process_time() - began < SECONDS_MAX
    assert [message.code for message in parsed.messages] == [codes.LIMIT]


def test_depth_hides_no_other_document() -> None:
    """What is too deep is refused by itself."""
    parsed = parse_file("x.yaml", ("[" * 200_000 + GOOD).encode())
    assert [one.key.name for one in parsed.objects] == ["good"]


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        pytest.param(b"a: b\nc: \xe4\n", codes.ENCODING, 2, 4, id="latin-1"),
        pytest.param("a: b".encode("utf-16"), codes.ENCODING, 1, 1, id="utf-16"),
        pytest.param(b"a: b\nc: x\0\n", codes.SYNTAX, 2, 5, id="nul"),
        pytest.param(b"---\na: 1\n---\nb: \x07", codes.SYNTAX, 4, 4, id="bell"),
        pytest.param(b'a: "\\ud800"', codes.SYNTAX, 1, 7, id="half a surrogate pair"),
        pytest.param(b"a: [1, 2]\n\tb: 1", codes.SYNTAX, 2, 1, id="tab"),
    ],
)
def test_bytes_that_are_no_text_are_named(data: bytes, code: str, line: int, column: int) -> None:
    """The first error stands at the very character."""
    found = [one for one in parse_file("x.yaml", data).messages if one.code == code]
    assert [one.origin for one in found] == [Origin("x.yaml", line, column)]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xef\xbb\xbf" + GOOD.encode(), id="byte order mark"),
        pytest.param(GOOD.replace("\n", "\r\n").encode(), id="carriage returns"),
        pytest.param(b"%YAML 1.1\n" + GOOD.strip().encode(), id="directive"),
        pytest.param(b"# text\n---\n---\nnull\n" + GOOD.encode() + b"...\n", id="empty documents"),
    ],
)
def test_harmless_bytes_are_no_reason_to_refuse(data: bytes) -> None:
    """The object is there and nothing is said."""
    parsed = parse_file("x.yaml", data)
    assert [one.key.name for one in parsed.objects] == ["good"]
    assert parsed.messages == ()


def test_lines_are_those_of_the_file_under_any_line_end() -> None:
    """An object's origin counts lines from the start of the file, over all documents."""
    for end in ("\n", "\r\n"):
        parsed = parse_file("x.yaml", (GOOD * 3).replace("\n", end).encode())
        assert [one.origin.line for one in parsed.objects] == [3, 9, 15]


def test_a_file_that_is_too_large_is_not_read() -> None:
    """The message states both sizes."""
    parsed = parse_file("x.yaml", b"a" * 101, Limits(file_bytes_max=100))
    (message,) = parsed.messages
    assert message.code == codes.LIMIT
    assert "101 bytes" in message.text
    assert "at most 100" in message.text


def test_documents_beyond_the_limit_are_not_read() -> None:
    """What stands before the limit is read; the message says where reading ended."""
    parsed = parse_file("x.yaml", (GOOD * 3).encode(), Limits(documents_max=2))
    assert len(parsed.objects) == 2
    assert [(one.code, one.origin.line) for one in parsed.messages] == [(codes.LIMIT, 14)]


def test_values_beyond_the_limit_are_not_read() -> None:
    """The budget of values is one for all documents of a file."""
    parsed = parse_file("x.yaml", (GOOD * 5).encode(), Limits(nodes_max=20))
    assert [message.code for message in parsed.messages] == [codes.LIMIT]
    assert 0 < len(parsed.objects) < 5


@pytest.mark.parametrize("value", ["1", "", "true"])
def test_fifty_thousand_mistakes_are_told_as_a_few(value: str) -> None:
    """A hostile object costs bounded time and a bounded number of messages."""
    fields = ", ".join(f"k{n}: {value}" for n in range(50_000))
    head = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\n"
    began = time.process_time()
    parsed = parse_file("x.yaml", f"{head}spec: {{{fields}}}{GOOD}".encode())
    assert time.process_time() - began < 5 * SECONDS_MAX
    assert parsed.objects == ()
    assert len(parsed.messages) <= Limits().messages_max + 1
    assert errors(parsed.messages)


def test_many_warnings_hide_no_error() -> None:
    """When messages are left out, errors are shown first."""
    warning = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    parsed = parse_file("x.yaml", (warning * 300 + "---\nbroken: [\n").encode())
    assert len(parsed.objects) == 300
    assert codes.SYNTAX in {message.code for message in errors(parsed.messages)}
    assert "more messages" in parsed.messages[-1].text


def test_a_secret_in_a_list_is_not_shown_either() -> None:
    """No message about a list shows a value, because it may be a Secret's."""
    secret = "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {word: yes}}"
    parsed = parse_file("x.yaml", f"apiVersion: v1\nkind: List\nitems: [{secret}]".encode())
    assert parsed.messages
    assert not any("yes" in message.text for message in parsed.messages)


def test_a_secret_shows_nothing_of_its_content_when_printed() -> None:
    """A log line with the object in it carries no value."""
    text = b"apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {word: hidden}"
    (parsed,) = parse_file("x.yaml", text).objects
    assert "hidden" not in repr(parsed)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_objects_or_messages(text: str) -> None:
    """Nothing that a text can hold raises."""
    parse_file("x.yaml", text.encode("utf-8", "surrogatepass"))


_WORDS = st.sampled_from(
    ["apiVersion: v1\n", "kind: ", "Service\n", "metadata:\n", "  name: a\n", "spec:", " {", "}",
     "[", "]", "- ", "&a ", "*a", "<<: ", "\n", "---\n", "...\n", "!!str ", "'", '"', "|\n", "%",
     "? ", ": ", "yes", "010", "~", "\t", "#", "items:\n", "List\n"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(_WORDS, max_size=40).map("".join))
def test_any_mixture_of_yaml_gives_objects_or_messages(text: str) -> None:
    """Nothing that is nearly YAML raises, and every message stands inside the file."""
    parsed = parse_file("x.yaml", text.encode())
    lines = text.count("\n") + 1
    assert all(1 <= message.origin.line <= lines for message in parsed.messages)


@settings(deadline=None)
@given(virtual_services())
def test_what_is_dumped_and_parsed_again_is_the_same(obj: dict[str, object]) -> None:
    """An object survives text: the stored form, written as YAML, gives the stored form."""
    (first,) = parse_file("a.yaml", yaml.safe_dump(obj, default_style='"').encode()).objects
    stored = to_stored(first.object)
    again = yaml.safe_dump(orjson.loads(stored.body), default_style="'", default_flow_style=True)
    (second,) = parse_file("b.yaml", again.encode()).objects
    assert to_stored(second.object) == stored
    assert second.object == first.object
