"""Objects made of layers are judged as strictly as those of one file."""

from libs.desired.provenance import changes_of
from libs.desired.tests.rendered import EAST, ROUTE, WEST, files, patch, render, said, spec

CLUSTER_PATCH = "clusters/east/a.patch.yaml"


def template(timeout: str, weight: str = "90") -> str:
    """Return the VirtualService with these texts in it."""
    return ROUTE.replace("timeout: 3s", f"timeout: {timeout}").replace(
        "weight: 90", f"weight: {weight}"
    )


def test_a_bad_field_of_a_patch_is_told_at_the_patch() -> None:
    """The object's own place stands beside it."""
    given = files({"configs/shop/a.yaml": ROUTE, CLUSTER_PATCH: patch("spec: {hostss: [a]}")})
    assert said(given) == [
        (
            "clusters/east/a.patch.yaml:4:8: error IST0106: VirtualService default/reviews: "
            "unknown field `hostss` in `spec`; did you mean `hosts`? (see configs/shop/a.yaml:1:1)"
        )
    ]
    assert said(given, WEST) == []


def test_what_a_patch_took_away_is_told_at_the_patch() -> None:
    """Nothing is left in the object to point at."""
    given = files({"configs/shop/a.yaml": ROUTE, CLUSTER_PATCH: patch("spec: {http: null}")})
    (text,) = said(given)
    assert text.startswith(
        ("configs/shop/a.yaml:4:1: error IST0106", "clusters/east/a.patch.yaml:4")
    )
    assert "clusters/east/a.patch.yaml" in text


def test_an_error_between_a_patch_and_its_object_names_both() -> None:
    """Whichever of the two the rule is about."""
    body = "spec: {http: [{name: main, redirect: {uri: /a}}]}"
    given = files({"configs/shop/a.yaml": ROUTE, CLUSTER_PATCH: patch(body, "strategic")})
    (text,) = said(given)
    assert "configs/shop/a.yaml" in text
    assert "clusters/east/a.patch.yaml" in text


def test_an_object_that_a_patch_breaks_is_as_it_was() -> None:
    """Nothing else misses it; the error refuses the patch's set."""
    given = files({"configs/shop/a.yaml": ROUTE, CLUSTER_PATCH: patch("spec: {hosts: 1}")})
    found = render(given)
    (placed,) = found.objects
    assert not changes_of(placed.item)
    (finding,) = found.findings
    assert finding.sets == ("clusters/east", "shop")


def test_variables_take_the_type_of_the_field_and_errors_name_both_places() -> None:
    """The use, and the definition."""
    good = files({"configs/shop/a.yaml": template("${t}", "${w}")}, '{t: 4s, w: "80"}')
    found = spec(good)["http"][1]
    assert (found["timeout"], found["route"][0]["weight"]) == ("4s", 80)
    bad = files({"configs/shop/a.yaml": template("${t}", "${w}")}, '{t: 4s, w: "a"}')
    (text,) = said(bad)
    assert text == (
        "configs/shop/a.yaml:15:15: error IST0106: VirtualService default/reviews: "
        "`spec.http[1].route[0].weight` must be a whole number and is the text `a` "
        "(see clusters/east/cluster.yaml:5:25)"
    )


def test_a_number_where_a_text_is_wanted_says_how_to_write_it() -> None:
    """As of an object without variables."""
    given = files(
        {"configs/shop/a.yaml": ROUTE.replace("hosts: [reviews]", "hosts:\n  - ${h}")}, '{h: "1"}'
    )
    (text,) = said(given)
    assert 'must be a text and is a number; write `"1"`' in text


def test_an_unknown_variable_leaves_its_object_out_and_is_an_error() -> None:
    """At the place of its use, once for each."""
    given = files({"configs/shop/a.yaml": template("${tt}")}, "{t: 4s}")
    assert render(given).objects == ()
    (text,) = said(given)
    assert text.startswith(
        "configs/shop/a.yaml:12:14: error PER0211: VirtualService default/reviews: unknown "
        "variable `tt`; did you mean `t`?"
    )


def test_patches_use_variables_as_well() -> None:
    """Those of their own set."""
    body = 'spec: {http: [{name: main, timeout: "${t}"}]}'
    given = files(
        {"configs/shop/a.yaml": ROUTE, CLUSTER_PATCH: patch(body, "strategic")}, "{t: 7s}"
    )
    assert spec(given)["http"][1]["timeout"] == "7s"
    (text,) = said({**given, "clusters/east/cluster.yaml": files({})["clusters/east/cluster.yaml"]})
    assert text.startswith("clusters/east/a.patch.yaml:4:37: error PER0211")


def test_a_value_of_a_secret_is_in_no_message() -> None:
    """Neither of its own, nor of a variable, nor of a test that failed."""
    secret = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
        'stringData: {a: "${hidden}", b: geheim}\n'
    )
    change = (
        "apiVersion: v1\nkind: Secret\n"
        "metadata: {name: s, annotations: {periplus.io/patch: json}}\n"
        "patch: [{op: test, path: /stringData/b, value: falsch}]\n"
    )
    given = files({"configs/shop/s.yaml": secret, "clusters/east/s.patch.yaml": change})
    texts = said(given) + said(
        {
            **given,
            "clusters/east/cluster.yaml": files({}, "{hidden: x}")["clusters/east/cluster.yaml"],
        }
    )
    assert len(texts) == 2
    assert not [text for text in texts if "geheim" in text or "falsch" in text or "hidden" in text]


def test_warnings_of_the_object_s_own_file_are_not_said_again() -> None:
    """The parser has said them; those of a patch are new."""
    base = ROUTE.replace("spec:", 'spec:\n  exportTo: ["."]')
    body = "spec: {gateways: [mesh]}"
    clean = files({"configs/shop/a.yaml": base, CLUSTER_PATCH: patch(body)})
    assert said(clean, EAST) == []
