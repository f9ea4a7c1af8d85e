"""What each cluster gets of sets, templates and patches."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from libs.desired.directory import contents_from_files
from libs.desired.members import PlacedObject
from libs.desired.rendering import Rendering
from libs.desired.tests.rendered import (
    EAST,
    ROUTE,
    WEST,
    Files,
    files,
    fleet,
    objects,
    operations,
    patch,
    render,
    said,
    spec,
)
from libs.kernel.ids import SetName
from libs.meshapi.dump import to_yaml, written
from libs.meshapi.objects import from_stored, to_stored
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.positions import OnePlace


def test_objects_without_variables_are_one_object_in_every_cluster() -> None:
    """Nothing is read again for a cluster that needs nothing of its own."""
    read = contents_from_files(
        {path: text.encode() for path, text in files({"configs/shop/a.yaml": ROUTE}).items()}
    )
    assert read.view is not None
    rendering = Rendering(read.view, read.contents)
    (east,), (west,) = rendering.cluster(EAST).objects, rendering.cluster(WEST).objects
    assert east.item is west.item
    assert rendering.spread().variants == {}


def test_clusters_with_the_same_variables_share_what_they_make() -> None:
    """A template whose variables the fleet defines is rendered once."""
    text = ROUTE.replace("timeout: 3s", "timeout: ${t}")
    given = files({"configs/shop/a.yaml": text}, variables="{t: 4s}", west="{u: 1s}")
    read = contents_from_files({path: body.encode() for path, body in given.items()})
    assert read.view is not None
    rendering = Rendering(read.view, read.contents)
    (east,), (west,) = rendering.cluster(EAST).objects, rendering.cluster(WEST).objects
    assert east.item is west.item
    ((variant,),) = rendering.spread().variants[SetName("shop")].values()
    assert variant.object is east.item
    assert variant.clusters == {EAST, WEST}


def test_patches_of_the_set_come_before_those_of_the_cluster_by_file_and_line() -> None:
    """The last one wins, whatever the order in which files were found."""
    given = files(
        {
            "configs/shop/a.yaml": ROUTE,
            "configs/shop/z.patch.yaml": patch("spec: {hosts: [z]}"),
            "configs/shop/b.patch.yaml": patch("spec: {hosts: [b]}"),
            "clusters/east/b.patch.yaml": patch("spec: {hosts: [b1]}")
            + "\n---\n"
            + patch("spec: {hosts: [b2]}"),
            "clusters/east/a.patch.yaml": patch("spec: {hosts: [a]}"),
        }
    )
    assert spec(given)["hosts"] == ["b2"]
    assert spec(given, WEST)["hosts"] == ["z"]


def test_a_set_does_not_patch_another_one_and_a_cluster_patches_all() -> None:
    """The sentence says where the object is."""
    two = fleet("{name: shop, paths: [configs/shop]}", "{name: other, paths: [configs/other]}")
    given: Files = {
        **files({"configs/shop/a.yaml": ROUTE}),
        "fleet.yaml": two,
        "configs/other/a.patch.yaml": patch("spec: {hosts: [b]}"),
    }
    assert said(given) == [
        (
            "configs/other/a.patch.yaml:1:1: error PER0210: Patch default/VirtualService/reviews: "
            "there is no VirtualService default/reviews to patch; it is in set `shop`, and a set "
            "patches its own objects; move the patch there, or into the cluster's folder"
        )
    ]


def test_a_patch_for_an_absent_object_is_told_the_nearest() -> None:
    """Or that there is none of the kind."""
    path = "clusters/east/a.patch.yaml"
    near = files({"configs/shop/a.yaml": ROUTE, path: patch("spec: {hosts: [b]}", name="review")})
    (text,) = said(near)
    assert "there is no VirtualService default/review to patch; did you mean" in text
    assert "`default/reviews`?" in text
    (text,) = said(files({"configs/shop/a.yaml": "", path: patch("spec: {hosts: [b]}")}))
    assert "the cluster gets no object of this kind; correct the patch or remove it" in text


def test_a_file_in_two_sets_may_be_patched_in_one_of_them() -> None:
    """A base and its variants are sets over the same folder."""
    sets = (
        (
            "{name: prod, paths: [configs/shop, configs/prod], "
            "clusters: {matchLabels: {name: east}}}"
        ),
        "{name: test, paths: [configs/shop], clusters: {matchLabels: {name: west}}}",
    )
    given = {
        **files({"configs/shop/a.yaml": ROUTE}),
        "fleet.yaml": fleet(*sets),
        "configs/prod/a.patch.yaml": patch("spec: {hosts: [prod]}"),
    }
    assert spec(given)["hosts"] == ["prod"]
    assert spec(given, WEST)["hosts"] == ["reviews"]


BODIES = st.sampled_from(
    [
        patch("spec: {hosts: [a]}"),
        patch("metadata: {labels: {a: b}}").replace(
            "metadata: {name: reviews}\nmetadata: {labels: {a: b}}",
            "metadata: {name: reviews, labels: {a: b}}",
        ),
        patch('spec: {exportTo: ["."]}'),
        patch("spec: {http: [{name: main, timeout: 8s}]}", "strategic"),
        patch('spec: {http: [{name: test, timeout: "${t}"}]}', "strategic"),
        operations("{op: replace, path: /spec/http/1/route/0/weight, value: 33}"),
    ]
)


@settings(max_examples=60)
@given(st.lists(BODIES, max_size=5), st.integers(0, 1))
def test_rendering_depends_on_no_order(bodies: list[str], turn: int) -> None:
    """Neither of files, nor of the documents of other objects; patches have their stated order."""
    other = ROUTE.replace("{name: reviews}", "{name: b}").replace("[reviews]", "[b]")
    documents = [ROUTE.replace("timeout: 3s", "timeout: ${t}"), other]
    more = {f"clusters/east/{n}.patch.yaml": body for n, body in enumerate(bodies)}
    first = files({"configs/shop/a.yaml": "---\n".join(documents), **more}, "{t: 5s}")
    turned = "---\n".join(reversed(documents)) if turn else first["configs/shop/a.yaml"]
    second = files({"configs/shop/a.yaml": turned, **more}, "{t: 5s}")
    assert objects(first) == objects(dict(reversed(list(second.items()))))


@settings(max_examples=60)
@given(st.permutations(range(6)), st.integers(2, 6))
def test_patches_of_disjoint_fields_commute(order: list[int], count: int) -> None:
    """Whichever file comes first."""
    disjoint = [
        patch("spec: {hosts: [a]}"),
        patch("spec: {gateways: [g]}"),
        patch('spec: {exportTo: ["."]}'),
        patch("spec: {http: [{name: main, timeout: 8s}]}", "strategic"),
        patch("spec: {http: [{name: test, timeout: 9s}]}", "strategic"),
        operations("{op: replace, path: /spec/http/1/route/0/weight, value: 33}"),
    ][:count]
    chosen = [number for number in order if number < count]

    def after(numbers: list[int]) -> list[dict[str, Any]]:
        more = {
            f"clusters/east/{place}.patch.yaml": disjoint[number]
            for place, number in enumerate(numbers)
        }
        return objects(files({"configs/shop/a.yaml": ROUTE, **more}))

    assert after(chosen) == after(list(range(count)))


@settings(max_examples=60)
@given(st.lists(BODIES, max_size=4), st.sampled_from(["5s", "1h30m", "${x}", "a: b"]))
def test_what_is_rendered_reads_as_itself(bodies: list[str], text: str) -> None:
    """Writing an object out and reading it again changes nothing, also where it was patched."""
    note = ROUTE.replace("{name: reviews}", '{name: reviews, annotations: {n: "$${a} ${n}"}}')
    more = {f"clusters/east/{n}.patch.yaml": body for n, body in enumerate(bodies)}
    given = files({"configs/shop/a.yaml": note, **more}, f'{{t: 5s, n: "{text}"}}')
    rendered = [one.item.object for one in render(given).objects]
    output = to_yaml(rendered, written)
    again = parse_file("again.yaml", output.encode())
    assert [one.object for one in again.objects] == rendered
    assert to_yaml((one.object for one in again.objects), written) == output


@settings(max_examples=40)
@given(st.lists(BODIES, max_size=4))
def test_what_the_store_holds_renders_to_the_same(bodies: list[str]) -> None:
    """A service that has contents from the Store makes what checking them made."""
    more = {f"clusters/east/{n}.patch.yaml": body for n, body in enumerate(bodies)}
    given = files(
        {"configs/shop/a.yaml": ROUTE.replace("timeout: 3s", "timeout: ${t}"), **more}, "{t: 5s}"
    )
    read = contents_from_files({path: text.encode() for path, text in given.items()})
    assert read.view is not None
    stored = {name: [_stored(one) for one in found] for name, found in read.contents.items()}
    from_store = Rendering(read.view, stored, judge=False).cluster(EAST)
    assert _plain(from_store.objects) == _plain(render(given).objects)
    assert from_store.findings == ()


def _stored(one: ParsedObject) -> ParsedObject:
    return ParsedObject(from_stored(to_stored(one.object)), one.origin, OnePlace(one.origin))


def _plain(placed: tuple[PlacedObject[ParsedObject], ...]) -> list[object]:
    return [(one.set, one.item.object) for one in placed]
