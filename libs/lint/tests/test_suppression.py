"""Messages that are not given because somebody said so."""

from datetime import date

import pytest

from libs.desired.directory import contents_from_files
from libs.kernel.messages import Message
from libs.lint.check import findings
from libs.lint.suppression import Silenced, Suppression

FLEET = """\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: example}
spec:
  sets: [{name: shop, paths: [configs]%s}]
%s
"""
CLUSTER = "apiVersion: periplus.io/v1alpha1\nkind: Cluster\nmetadata: {name: east}\n"
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  annotations: {%s}
spec: {ports: [{name: odd, port: 80}]}
"""
ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: web
  namespace: shop
  annotations: {%s}
spec: {hosts: [web], http: [{match: [{uri: {regex: "%s"}}], route: [{destination: {host: wbe}}]}]}
"""
TODAY = date(2030, 6, 15)


def judged(
    *objects: str, ignore: str = "", allow: str = ""
) -> tuple[list[Message], list[Silenced]]:
    """Return what is given and what is not, of a fleet of one set and one cluster."""
    wishes = f"  ignore: [{ignore}]\n" if ignore else ""
    files = {
        "fleet.yaml": FLEET % (allow, wishes),
        "clusters/east/cluster.yaml": CLUSTER,
        **{f"configs/{number}.yaml": text for number, text in enumerate(objects)},
    }
    read = contents_from_files({name: text.encode() for name, text in files.items()})
    assert read.view is not None, read.messages
    suppression = Suppression(read.view, read.contents, TODAY)
    found = [one.message for one in findings(read.view, read.contents)]
    kept, silenced = suppression.sift(found, lambda one: one)
    faults = [one.message for one in suppression.faults]
    return [*faults, *kept, *suppression.complaints()], silenced


def codes(messages: list[Message]) -> list[str]:
    """Return the codes of messages."""
    return [one.code for one in messages]


def test_without_a_wish_everything_is_given() -> None:
    """The case that the others are compared with."""
    kept, silenced = judged(SERVICE % "")
    assert codes(kept) == ["IST0118"]
    assert silenced == []


@pytest.mark.parametrize(
    "annotation",
    [
        "periplus.io/ignore: 'IST0118 until 2030-06-15: named next week'",
        "periplus.io/ignore: 'IST01* until 2031-01-01: named next week'",
        "galley.istio.io/analyze-suppress: 'IST0101,IST0118'",
        "galley.istio.io/analyze-suppress: '*'",
    ],
)
def test_an_annotation_silences_its_own_object(annotation: str) -> None:
    """On its last day still, and no other object's message of the same code."""
    other = (SERVICE % "").replace("name: web", "name: other")
    kept, silenced = judged(SERVICE % annotation, other)
    assert [(one.code, str(one.object)) for one in kept] == [("IST0118", "Service shop/other")]
    assert [str(one.message.object) for one in silenced] == ["Service shop/web"]


@pytest.mark.parametrize(
    ("where", "silent"),
    [
        ("", True),
        (", objects: ['Service shop/*']", True),
        (", objects: ['Service mail/*', 'VirtualService shop/web']", False),
        (", namespaces: [sh*]", True),
        (", namespaces: [mail]", False),
        (", objects: ['Service mail/*'], namespaces: [shop]", True),
    ],
)
def test_the_fleet_silences_by_patterns(where: str, silent: bool) -> None:  # noqa: FBT001
    """Objects as messages name them, or namespaces; without either every object."""
    wish = f"{{codes: [IST0118], reason: named next week, until: '2030-12-31'{where}}}"
    kept, silenced = judged(SERVICE % "", ignore=wish)
    assert codes(kept) == ([] if silent else ["IST0118", "PER0331"])
    assert len(silenced) == int(silent)


def test_a_wish_that_is_over_says_so_and_counts_for_nothing() -> None:
    """The day after its last one."""
    text = "periplus.io/ignore: 'IST0118 until 2030-06-14: named next week'"
    kept, silenced = judged(SERVICE % text)
    assert codes(kept) == ["IST0118", "PER0330"]
    assert kept[1].origin.file == "configs/0.yaml"
    assert kept[1].origin.line == 6
    assert silenced == []


def test_a_wish_that_silences_nothing_is_a_message() -> None:
    """Whoever corrected the cause removes it; where the form knows no end it is no warning."""
    ours = "periplus.io/ignore: 'IST0101 until 2030-12-31: soon'"
    theirs = "galley.istio.io/analyze-suppress: IST0101"
    kept, _ = judged(SERVICE % f"{ours}, {theirs}")
    assert [(one.code, one.level.value) for one in kept[1:]] == [
        ("PER0331", "warning"),
        ("PER0331", "info"),
    ]


def test_an_annotation_that_nobody_can_follow_is_an_error() -> None:
    """Reason and end are not left out by mistake."""
    kept, silenced = judged(SERVICE % "periplus.io/ignore: IST0118")
    assert [(one.code, one.level.value) for one in kept] == [
        ("PER0332", "error"),
        ("IST0118", "info"),
    ]
    assert "until" in kept[0].text
    assert silenced == []


def test_an_error_of_reference_can_be_ignored() -> None:
    """Envoy answers such calls with 503: that is a risk that somebody may take for a while."""
    text = "periplus.io/ignore: 'IST0101 until 2030-12-31: comes tomorrow'"
    kept, silenced = judged(ROUTE % (text, "/a"))
    assert codes(kept) == []
    assert codes([one.message for one in silenced]) == ["IST0101"]


def test_what_envoy_would_refuse_cannot_be_ignored() -> None:
    """The wish is told so, and the error stands."""
    text = "periplus.io/ignore: 'PER0303 until 2030-12-31: please'"
    kept, silenced = judged(ROUTE % (text, "(a"))
    assert {"PER0303", "PER0333"} <= set(codes(kept))
    assert silenced == []


def test_tenancy_cannot_be_ignored_by_a_tenant() -> None:
    """Not even by the annotation that stands for everything."""
    text = "galley.istio.io/analyze-suppress: '*'"
    kept, _ = judged(SERVICE % text, allow=", allow: {namespaces: [mail]}")
    assert {"PER0204", "PER0333"} <= set(codes(kept))
