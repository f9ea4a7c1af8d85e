"""Rules in CEL are written from what the models declare and from the table."""

import re
from importlib import import_module

import pytest

from libs.meshapi.base import Model
from libs.meshapi.fleet import Connection
from libs.meshapi.trafficpolicy import ConsistentHash
from tools.crds.cel import escaped, exclusions, table, validations


def _model(name: str) -> type[Model]:
    module, _, model = name.rpartition(".")
    found: type[Model] = getattr(import_module(f"libs.meshapi.{module}"), model)
    return found


@pytest.mark.parametrize("name", sorted(table()))
def test_every_rule_is_about_a_model(name: str) -> None:
    """The table names models that are there, and in braces fields that they have."""
    assert not any(re.search(r"\{[a-z]", rule["rule"]) for rule in validations(_model(name)))


def test_alternatives_count_what_is_not_empty() -> None:
    """A switch that is off and an empty text are no choice."""
    rule, *_ = validations(ConsistentHash)
    assert "(has(self.useSourceIp) && self.useSourceIp) ? 1 : 0" in rule["rule"]
    assert "(has(self.httpHeaderName) && self.httpHeaderName != '') ? 1 : 0" in rule["rule"]
    assert rule["message"].endswith("exclude each other; keep one of them")


def test_alternatives_without_cel() -> None:
    """A schema can forbid two fields together, pair by pair."""
    pairs = exclusions(Connection)["not"]["anyOf"]
    assert {tuple(pair["required"]) for pair in pairs} == {
        ("static", "kubeconfigSecret"),
        ("static", "context"),
        ("kubeconfigSecret", "context"),
    }


def test_words_of_cel_are_escaped() -> None:
    """A field that has the name of a word of CEL is still found."""
    assert escaped("namespace") == "__namespace__"
    assert escaped("http") == "http"
