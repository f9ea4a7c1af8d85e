"""JSON patches on a VirtualService."""

import pytest

from libs.desired.tests.rendered import ROUTE, files, operations, said, spec

PATH = "configs/shop/a.patch.yaml"


def after(*lines: str) -> object:
    """Return the spec after operations."""
    return spec(files({"configs/shop/a.yaml": ROUTE, PATH: operations(*lines)}))


def refusal(*lines: str) -> str:
    """Return the one sentence about operations, with the line of the first being 5."""
    (text,) = said(files({"configs/shop/a.yaml": ROUTE, PATH: operations(*lines)}))
    return text.removeprefix(PATH + ":")


def test_operations_are_carried_out_in_their_order() -> None:
    """Each sees what the one before it left."""
    found = after(
        "{op: test, path: /spec/http/1/timeout, value: 3s}",
        "{op: replace, path: /spec/http/1/timeout, value: 5s}",
        "{op: copy, from: /spec/http/1/timeout, path: /spec/http/0/timeout}",
        "{op: remove, path: /spec/http/1/route/1}",
        "{op: remove, path: /spec/http/1/route/0/weight}",
        "{op: move, from: /spec/http/0, path: /spec/http/1}",
        "{op: add, path: /spec/hosts/-, value: other}",
        "{op: add, path: /spec/hosts/0, value: first}",
    )
    assert found == {
        "hosts": ["first", "reviews", "other"],
        "http": [
            {
                "name": "main",
                "route": [{"destination": {"host": "reviews", "subset": "v1"}}],
                "timeout": "5s",
            },
            {
                "name": "test",
                "match": [{"headers": {"tester": {"exact": "yes"}}}],
                "route": [{"destination": {"host": "reviews", "subset": "v2"}}],
                "timeout": "5s",
            },
        ],
    }


def test_an_added_field_replaces_what_was_there() -> None:
    """In a mapping; in a list it goes in front."""
    found = after(
        "{op: add, path: /spec/hosts, value: [a]}", "{op: add, path: /spec/hosts/0, value: b}"
    )
    assert isinstance(found, dict)
    assert found["hosts"] == ["b", "a"]


def test_labels_can_be_added_where_there_are_none() -> None:
    """A field that has a default is there with it, whether it was written or not."""
    given = {
        "configs/shop/a.yaml": ROUTE,
        PATH: operations("{op: add, path: /metadata/labels/a~1b, value: c}"),
    }
    assert said(files(given)) == []


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        (
            "{op: test, path: /spec/http/1/timeout, value: 4s}",
            (
                "5:20: error PER0210: VirtualService default/reviews: the test failed: "
                "`/spec/http/1/timeout` is not what the patch expects, it is `3s`; correct the "
                "patch for the object as it is now (see configs/shop/a.yaml:1:1)"
            ),
        ),
        (
            "{op: replace, path: /spec/http/1/timeot, value: 4s}",
            "`/spec/http/1/timeot` is not there; did you mean `timeout`?",
        ),
        ("{op: remove, path: /spec/http/2}", "there is no item `2` in this list of 2; write an"),
        ("{op: replace, path: /spec/http/01, value: a}", "there is no item `01`"),
        ("{op: replace, path: /spec/http/-, value: a}", "there is no item `-`"),
        ("{op: add, path: /spec/http/3, value: a}", "write an index below 2 or `-`"),
        ("{op: remove, path: /spec/hosts/0/a}", "above `a` is no mapping"),
        ("{op: add, path: /spec/a/b, value: c}", "`/spec/a/b` is not there"),
        ("{op: move, from: /spec/http, path: /spec/http/0/a}", "cannot be moved into itself"),
        ("{op: copy, from: /spec/tcp/0, path: /spec/tcp/1}", "no item `0` in this list of 0"),
        ("{op: test, path: /spec/http/1/route/0/weight, value: true}", "it is `90`"),
        ("{op: test, path: /spec/http, value: []}", "it is `a list or a mapping`"),
    ],
)
def test_an_operation_that_cannot_be_carried_out_says_why(operation: str, sentence: str) -> None:
    """With the place of its pointer."""
    text = refusal(operation)
    assert sentence in text
    assert text.startswith("5:")


def test_numbers_are_compared_by_value() -> None:
    """2.0 is 2, as in JSON."""
    after("{op: test, path: /spec/http/1/route/1/weight, value: 10.0}")


def test_copies_do_not_grow_without_end() -> None:
    """A few lines that double an object each are refused before it is written out."""
    doubling = "{op: copy, from: /spec/http, path: /spec/http/-}"
    assert "with this copy the object has more than 200000 values" in refusal(*[doubling] * 60)


def test_a_patch_has_a_limit_of_operations() -> None:
    """Each of them looks at the object."""
    testing = "{op: test, path: /spec/http/1/name, value: main}"
    assert "has 1001 operations; write at most 1000" in refusal(*[testing] * 1001)
