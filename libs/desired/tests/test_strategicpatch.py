"""Strategic merges: lists with keys are merged item by item."""

from typing import Any

import pytest

from libs.desired.tests.rendered import ROUTE, files, patch, said, spec

PATH = "configs/shop/a.patch.yaml"
GATEWAY = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: g}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: [a.example]
  - port: {number: 8080, name: http-alt, protocol: HTTP}
    hosts: [b.example]
"""


def after(body: str, base: str = ROUTE) -> dict[str, Any]:
    """Return the spec after a patch with this body."""
    return spec(files({"configs/shop/a.yaml": base, PATH: patch(body, "strategic")}))


def test_items_are_found_by_name_and_destinations_by_themselves() -> None:
    """Other items and other fields of the item stay, in their places."""
    found = after(
        "spec:\n"
        "  http:\n"
        "  - name: main\n"
        "    timeout: 5s\n"
        "    route:\n"
        "    - {destination: {subset: v2, host: reviews}, weight: 30}\n"
        "    - {destination: {host: reviews, subset: v1}, weight: 70}\n"
    )
    main = found["http"][1]
    assert main["timeout"] == "5s"
    assert [one["weight"] for one in main["route"]] == [70, 30]
    assert found["http"][0]["match"]


def test_an_unknown_key_is_a_new_item_at_the_end() -> None:
    """As Kubernetes adds it."""
    found = after("spec:\n  http:\n  - name: last\n    route: [{destination: {host: reviews}}]\n")
    assert [one["name"] for one in found["http"]] == ["test", "main", "last"]


def test_directives_delete_and_replace() -> None:
    """An item, a mapping, or a whole list."""
    assert [
        one["name"] for one in after("spec: {http: [{name: test, $patch: delete}]}")["http"]
    ] == ["main"]
    item = after(
        "spec: {http: [{name: main, $patch: replace, route: [{destination: {host: other}}]}]}"
    )["http"][1]
    assert item == {"name": "main", "route": [{"destination": {"host": "other"}}]}
    whole = after(
        "spec: {http: [{$patch: replace}, {name: one, route: [{destination: {host: other}}]}]}"
    )["http"]
    assert [one["name"] for one in whole] == ["one"]


def test_a_list_without_keys_is_replaced() -> None:
    """Texts, and items that nothing names."""
    assert after("spec: {hosts: [a, b]}")["hosts"] == ["a", "b"]
    match = after("spec: {http: [{name: test, match: [{uri: {prefix: /a}}]}]}")["http"][0]["match"]
    assert match == [{"uri": {"prefix": "/a"}}]


def test_servers_are_found_by_their_port() -> None:
    """Where they have no name."""
    text = (
        "apiVersion: networking.istio.io/v1\nkind: Gateway\n"
        "metadata: {name: g, annotations: {periplus.io/patch: strategic}}\n"
        "spec: {servers: [{port: {number: 8080}, hosts: [c.example]}]}\n"
    )
    servers = spec(files({"configs/shop/a.yaml": GATEWAY, PATH: text}))["servers"]
    assert [one["hosts"] for one in servers] == [["a.example"], ["c.example"]]
    assert servers[1]["port"] == {"number": 8080, "name": "http-alt", "protocol": "HTTP"}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            "spec: {http: [{timeout: 5s}]}",
            (
                "4:15: error PER0210: VirtualService default/reviews: an item of this list is "
                "named by `name`; write it, so that it can be found"
            ),
        ),
        ("spec: {http: [{name: old, $patch: delete}]}", "no item `name: old` to delete"),
        ("spec: {http: [{name: main, $patch: drop}]}", "`$patch` cannot be `drop`"),
    ],
)
def test_what_cannot_be_merged_says_why(body: str, sentence: str) -> None:
    """With the place in the patch."""
    (text,) = said(files({"configs/shop/a.yaml": ROUTE, PATH: patch(body, "strategic")}))
    assert sentence in text
    assert text.startswith(PATH)


def test_metadata_that_is_replaced_would_be_another_object() -> None:
    """Its name would go with the rest."""
    head = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: reviews\n"
    text = head + "  annotations: {periplus.io/patch: strategic}\n  $patch: replace\n"
    (sentence,) = said(files({"configs/shop/a.yaml": ROUTE, PATH: text}))
    assert "the patch changes who the object is; write a new object instead" in sentence


def test_two_items_of_one_key_are_not_guessed_between() -> None:
    """A JSON patch can name one by its index."""
    twice = ROUTE.replace("subset: v2}\n      weight: 10", "subset: v1}\n      weight: 10")
    body = "spec: {http: [{name: main, route: [{destination: {host: reviews, subset: v1}}]}]}"
    given = files({"configs/shop/a.yaml": twice, PATH: patch(body, "strategic")})
    (text,) = said(given)
    assert "2 items are `destination:" in text
