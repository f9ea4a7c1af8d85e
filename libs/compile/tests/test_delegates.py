"""Rules that go on in another VirtualService."""

import pytest

from libs.compile.rules import RouteRules
from libs.compile.tests.worlds import istio, world
from libs.meshapi.fleet import MeshSettings


def _delegate(spec: str, namespace: str = "team", name: str = "leaf") -> str:
    return istio("VirtualService", name, spec, f", namespace: {namespace}")


def _root(rule: str, delegate: str = "{name: leaf, namespace: team}") -> str:
    return istio(
        "VirtualService", "root", f"{{hosts: [web], http: [{{{rule} delegate: {delegate}}}]}}"
    )


def _joined(text: str, default: tuple[str, ...] = ()) -> RouteRules:
    (found,) = world(text, MeshSettings(default_virtual_service_export_to=default)).rules
    return found


TO_WEB = "route: [{destination: {host: web}}]"


def test_names_in_a_delegate_are_of_its_own_namespace() -> None:
    """A short host is completed before the rule moves; the origins name both objects."""
    text = _root("name: outer,") + _delegate(
        f"{{http: [{{name: inner, {TO_WEB}, mirror: {{host: copy}}}}]}}"
    )
    joined = _joined(text)
    (rule,) = joined.http
    assert rule.route[0].destination.host == "web.team.svc.cluster.local"
    assert rule.mirror is not None
    assert rule.mirror.host == "copy.team.svc.cluster.local"
    assert rule.name == "outer-inner"
    assert [key.name for key in joined.sources] == ["root", "leaf"]


def test_what_the_delegate_says_counts_and_the_root_fills_in() -> None:
    """Of headers both are kept, each by its name."""
    root = "timeout: 1s, retries: {attempts: 1}, headers: {request: {set: {a: root, b: root}}},"
    leaf = f"{{http: [{{timeout: 2s, headers: {{request: {{set: {{a: leaf}}}}}}, {TO_WEB}}}]}}"
    (rule,) = _joined(_root(root) + _delegate(leaf)).http
    assert rule.timeout is not None
    assert rule.timeout.total_seconds() == 2
    assert rule.retries is not None
    assert rule.headers is not None
    assert rule.headers.request is not None
    assert rule.headers.request.set == {"a": "leaf", "b": "root"}


@pytest.mark.parametrize(
    ("root", "leaf", "fits"),
    [
        pytest.param("uri: {prefix: /a}", "uri: {prefix: /a/b}", True, id="a longer prefix"),
        pytest.param("uri: {prefix: /a/b}", "uri: {prefix: /a}", False, id="a shorter prefix"),
        pytest.param("uri: {prefix: /a}", "uri: {exact: /a/b}", True, id="a path below"),
        pytest.param("uri: {prefix: /a}", "uri: {exact: /b}", False, id="a path elsewhere"),
        pytest.param("uri: {exact: /a}", "uri: {prefix: /a}", False, id="a prefix of a path"),
        pytest.param("uri: {exact: /a}", "uri: {exact: /a}", True, id="the same path"),
        pytest.param("uri: {regex: /a}", "uri: {exact: /a}", False, id="beside a regex"),
        pytest.param("uri: {exact: /a}", "uri: {regex: /a}", False, id="a regex beside others"),
        pytest.param("uri: {regex: /a}", "port: 80", True, id="a regex alone"),
        pytest.param("port: 80", "port: 81", False, id="another port"),
        pytest.param("port: 80", "port: 80", True, id="the same port"),
        pytest.param(
            "headers: {a: {exact: one}}", "headers: {b: {exact: two}}", True, id="a header"
        ),
        pytest.param(
            "headers: {a: {exact: one}}", "headers: {a: {exact: two}}", False, id="the same"
        ),
        pytest.param(
            "queryParams: {a: {exact: one}}",
            "queryParams: {a: {prefix: one}}",
            False,
            id="a parameter",
        ),
        pytest.param(
            "withoutHeaders: {a: {exact: one}}",
            "withoutHeaders: {a: {exact: one}}",
            True,
            id="a header that is absent",
        ),
        pytest.param("method: {exact: GET}", "method: {exact: PUT}", False, id="a method"),
        pytest.param("ignoreUriCase: true", "port: 80", False, id="case"),
        pytest.param("sourceLabels: {a: one}", "sourceLabels: {a: two}", False, id="labels"),
        pytest.param("sourceLabels: {a: one}", "sourceLabels: {b: two}", True, id="more labels"),
        pytest.param("sourceNamespace: a", "port: 80", False, id="a namespace on one side"),
        pytest.param("gateways: [a]", "gateways: [b]", False, id="another gateway"),
    ],
)
def test_conditions_of_a_delegate_stay_within_those_of_the_root(
    root: str, leaf: str, *, fits: bool
) -> None:
    """A rule that could take other requests than the root's is left out, and that is said."""
    text = _root(f"match: [{{{root}}}],") + _delegate(
        f"{{http: [{{name: inner, match: [{{{leaf}}}], {TO_WEB}}}]}}"
    )
    joined = _joined(text)
    assert bool(joined.http) is fits
    assert bool(joined.problems) is not fits


def test_every_alternative_is_narrowed_by_each_that_allows_it() -> None:
    """Two conditions of the root and one of the delegate make two."""
    text = _root("match: [{name: a, port: 80}, {name: b, port: 81}],") + _delegate(
        f"{{http: [{{match: [{{name: x, uri: {{exact: /}}}}], {TO_WEB}}}]}}"
    )
    (rule,) = _joined(text).http
    assert [(one.name, one.port) for one in rule.match] == [("a-x", 80), ("b-x", 81)]


@pytest.mark.parametrize(
    ("text", "default", "said"),
    [
        pytest.param("", (), "no VirtualService without hosts", id="nowhere"),
        pytest.param(
            _delegate(f"{{exportTo: ['.'], http: [{{{TO_WEB}}}]}}"), (), "not exported", id="hidden"
        ),
        pytest.param(
            _delegate(f"{{http: [{{{TO_WEB}}}]}}"), (".",), "not exported", id="hidden by default"
        ),
    ],
)
def test_a_rule_without_a_usable_delegate_is_left_out_and_said(
    text: str, default: tuple[str, ...], said: str
) -> None:
    """The other rules stay."""
    root = istio(
        "VirtualService",
        "root",
        "{hosts: [web], http: [{delegate: {name: leaf, namespace: team}}, "
        "{directResponse: {status: 418}}]}",
    )
    joined = _joined(root + text, default)
    assert [rule.direct_response is not None for rule in joined.http] == [True]
    (problem,) = joined.problems
    assert said in problem
