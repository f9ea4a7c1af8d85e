"""Which clients a demand for mutual TLS leaves outside; what is said is a case in `cases`."""

import pytest

from libs.desired.directory import contents_from_files
from libs.lint.check import findings

_DEMAND = """
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
"""
_OFF, _ON = "{istio-injection: disabled}", "{istio-injection: enabled}"


def _pod(labels: str) -> str:
    metadata = f"{{name: p, namespace: a, labels: {labels}}}"
    spec = "{containers: [{name: c, image: c}]}"
    return f"---\napiVersion: v1\nkind: Pod\nmetadata: {metadata}\nspec: {spec}"


def _namespace(labels: str) -> str:
    return f"---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: a, labels: {labels}}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(_namespace(_OFF) + _pod("{}"), True, id="a namespace without proxies"),
        pytest.param(_namespace(_ON) + _pod("{}"), False, id="a namespace with them"),
        pytest.param(_pod("{}"), False, id="a namespace that is described elsewhere"),
        pytest.param(
            _namespace(_ON) + _pod("{sidecar.istio.io/inject: 'false'}"),
            True,
            id="a Pod that opts out",
        ),
        pytest.param(
            _namespace("{istio.io/dataplane-mode: ambient}") + _pod("{}"), False, id="ambient mode"
        ),
    ],
)
def test_only_what_is_known_to_get_no_proxy_is_named(text: str, *, expected: bool) -> None:
    """Where nobody says anything, nothing is said."""
    view, contents, _ = contents_from_files({"a.yaml": (text + _DEMAND).encode()})
    assert view is not None
    found = [one for one in findings(view, contents) if one.message.code == "PER0313"]
    assert bool(found) == expected
