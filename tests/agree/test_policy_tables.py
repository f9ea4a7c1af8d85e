"""What Envoy did with the calls of tables about policies, `libs/routing` says of them as well."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from libs.compile.proxy import ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.routing.call import Call, call_from_fields
from libs.routing.decision import Decision, Verdict
from libs.routing.evaluate import evaluate
from libs.routing.resources import from_snapshot
from tests.casefile import read_case
from tests.e2e.tokens import ENDED, Issuer

TABLES = [
    path
    for name in (
        "a-policy-without-rules*",
        "another-service-is-asked-about*",
        "callers-show-the-cert*",
        "connections-are-allowed*",
        "paths-are-read-as*",
        "paths-that-mean*",
        "policies-*",
        "tokens-*",
    )
    for path in sorted((Path(__file__).parents[1] / "e2e" / "expectations").glob(name))
]
_PRINCIPALS = {
    "mesh": "cluster.local/ns/default/sa/default",
    "reader": "cluster.local/ns/shop/sa/reader",
    "writer": "cluster.local/ns/shop/sa/writer",
    "other": "cluster.local/ns/bank/sa/reader",
    "renamed": "old.example/ns/default/sa/reader",
    "foreign": "foreign.example/ns/shop/sa/reader",
}
_OPEN = (200,)
_NO_REQUEST = 400
_BYTES = ":9084"
_UNDECIDED_SHARE_MAX = 0.5
"""Encoded paths, what other services answer, and certificates of strangers are not decided."""


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    """Return words for key sets; nobody verifies a signature here."""
    return {f"KEYS({name})": Issuer(name).keys for name in ("shop", "bank")}


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_routing_lets_through_what_envoy_let_through(table: Path, keys: dict[str, str]) -> None:
    """Every row that is decided is decided as Envoy answered it, and few are not."""
    shared = (table.parent / "shared" / "bookinfo.yaml").read_text(encoding="utf-8")
    case = read_case(table, shared, {"/CERTIFICATES": "/c", **keys})
    mode = "gateway" if case.proxy.type is ProxyType.ROUTER else "inbound"
    resources = from_snapshot(compile_snapshot(case.world, case.proxy).snapshot)
    rows = list(case.question["calls"])
    undecided = 0
    for row in rows:
        call = _call(row, case.question.get("tokens", {}), mode)
        decision = evaluate(resources, call) if call is not None else None
        if decision is None or decision.verdict is Verdict.NOT_DECIDED:
            undecided += 1
            continue
        assert _passes(decision) == (row["expect"]["status"] in _OPEN), (row["because"], decision)
    assert undecided <= len(rows) * _UNDECIDED_SHARE_MAX


def _passes(decision: Decision) -> bool:
    return decision.verdict is Verdict.FORWARD


def _call(row: Mapping[str, Any], tokens: Mapping[str, Any], mode: str) -> Call | None:
    """Describe a row's call; None for no request at all, or a token that is not what it seems."""
    if row["expect"].get("status") == _NO_REQUEST:
        return None
    address, _, port = str(row["to"]).rpartition(":")
    wanted = row.get("tls")
    shown = wanted.get("shown", "") if wanted else ""
    if wanted is not None and row["to"].endswith(_BYTES) and not shown:
        return None  # TLS that the program behind would have to speak
    kind = "plaintext" if wanted is None else "mtls" if shown else "tls"
    fields: dict[str, Any] = {
        "mode": mode,
        "address": address,
        "port": int(port),
        "host": str(row["host"]),
        "path": row.get("path", "/"),
        "method": row.get("method", "GET"),
        "headers": {name: str(value) for name, value in row.get("headers", {}).items()},
        "source": {"ip": "127.0.0.1"},
        "tls": kind,
    }
    if wanted is not None:
        fields |= {"sni": wanted["name"], "alpn": wanted.get("alpn", [])}
    if shown in _PRINCIPALS:
        fields["source"]["principal"] = _PRINCIPALS[shown]
    elif shown:
        fields["client_cert"] = shown
    for name in _named(row):
        token = tokens.get(name, {})
        forged = token.get("by", "shop") == "forger" or "algorithm" in token
        claims = token.get("claims", {})
        timely = claims.get("life") != ENDED and "nbf" not in claims
        if forged or not timely or name == "unknown":
            return None
        fields["claims"] = token["claims"]
    return call_from_fields(fields)


def _named(row: Mapping[str, Any]) -> Iterator[str]:
    for text in (row.get("path", "/"), *map(str, row.get("headers", {}).values())):
        _, found, rest = text.partition("TOKEN(")
        if found:
            yield rest.partition(")")[0]
