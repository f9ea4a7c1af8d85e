"""Certificates of Gateways, where the values themselves decide. Most are cases in `cases`."""

import base64

from libs.compile.tests.pairs import pair
from libs.desired.directory import contents_from_files
from libs.lint.check import check

_TEXT = """
apiVersion: v1
kind: Secret
metadata: {{name: shop, namespace: default}}
data: {{tls.crt: {chain}, tls.key: {key}}}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: edge, namespace: default}}
spec:
  selector: {{istio: edge}}
  servers:
  - port: {{number: 443, name: https, protocol: HTTPS}}
    hosts: [a.example]
    tls: {{mode: SIMPLE, credentialName: shop}}
"""


def _said(chain: str, key: str) -> list[str]:
    values = {"chain": chain, "key": key}
    encoded = {name: base64.b64encode(text.encode()).decode() for name, text in values.items()}
    view, contents, _ = contents_from_files({"mesh.yaml": _TEXT.format(**encoded).encode()})
    return [str(one) for one in check(view, contents) if one.code == "IST0161"]


def test_a_key_that_is_not_the_one_of_its_certificate_is_refused() -> None:
    """The message names the Gateway's line and the Secret, and shows no value."""
    (chain, key), (_, foreign) = pair("a"), pair("b")
    assert not _said(chain, key)
    (said,) = _said(chain, foreign)
    assert said.startswith(
        "mesh.yaml:15:41: error IST0161: Gateway default/edge: Secret default/shop"
    )
    assert "not the one of its certificate" in said
    assert foreign.splitlines()[1] not in said
