"""Every row of the protocol's checklist is named by a test, or says why it does not apply."""

import re

from tools.dev.shell import ROOT

PLACES = ("libs/xdsproto", "libs/adapters/xdsgrpc", "services/xds", "tests/e2e")
ROWS = {"T": 11, "A": 9, "S": 12, "O": 6}
"""How many rows each part has: transport, acknowledgement, subscription, order."""

DOES_NOT_APPLY = {
    "T10": "discovery by REST is optional, has no aggregated and no incremental variant",
    "A8": "what an acknowledgement does not prove is about proxies; gates send witness calls",
}
_NAMED = re.compile(r"\b([TASO]\d{1,2})\b(?=[TASO\d, ]*:)")


def test_every_row_has_a_test_or_a_reason() -> None:
    """A row is named at the start of a test's sentence, such as `S4, O2: ...`."""
    texts = (
        path.read_text(encoding="utf-8")
        for place in PLACES
        for path in (ROOT / place).rglob("test_*.py")
    )
    named = {row for text in texts for row in _NAMED.findall(text)}
    rows = {f"{part}{number}" for part, count in ROWS.items() for number in range(1, count + 1)}
    assert rows - named - DOES_NOT_APPLY.keys() == set()
    assert not named & DOES_NOT_APPLY.keys()
