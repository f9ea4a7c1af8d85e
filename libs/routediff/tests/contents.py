"""A difference in the form of the command line's contract, for tests."""

from typing import Any


def content(**changed: Any) -> dict[str, Any]:
    """Return one class, with some of its fields changed, and one risk."""
    decision: dict[str, Any] = {
        "error": None,
        "action": {},
        "verdict": "forward",
        "origin": None,
        "clusters": [],
    }
    one = {
        "effect": "moved",
        "entry": "outbound port 80 (80)",
        "host": "a.example",
        "summary": "a.example:80: GET /* with `end-user: jason` closes",
        "facets": [],
        "proxies": ["sidecars of default"],
        "call": {"port": 80, "host": "a.example"},
        "command": "curl http://a.example/",
        "old": {**decision, "clusters": [{"name": "outbound|80|v1|a.example", "weight": 100}]},
        "new": {**decision, "error": "NoRoute"},
    }
    classes = [{**one, **changed}]
    return {
        "counts": {"moved": 1},
        "risks": [{"kind": "deletion", "text": "Gateway a/b (x.yaml:1)", "clusters": ["east"]}],
        "clusters": [{"clusters": ["east"], "classes": classes, "undecided": []}],
    }
