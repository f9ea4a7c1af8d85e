"""Every field and every rule has a case that keeps it and a case that breaks it."""

from libs.meshapi.tests import casefields, rulelines
from libs.meshapi.tests.casefiles import (
    CASES,
    CONFIG_CASES,
    NETWORKS_CASES,
    outcome,
    settings_outcome,
)


def _shown(fields: frozenset[casefields.Field]) -> list[str]:
    return sorted(f"{model.__module__}.{model.__name__}.{name}" for model, name in fields)


def test_every_field_has_a_case_that_uses_it_rightly() -> None:
    """Some object that is accepted writes the field."""
    assert _shown(casefields.every_field() - casefields.use().rightly) == []


def test_every_field_has_a_case_that_uses_it_wrongly() -> None:
    """Some error is about the field."""
    assert _shown(casefields.every_field() - casefields.use().wrongly) == []


def test_every_rule_has_a_case_that_breaks_it() -> None:
    """Each sentence that a rule can say is said of some case."""
    with rulelines.recorded() as seen:
        for case in CASES:
            outcome(case)
        for case in CONFIG_CASES + NETWORKS_CASES:
            settings_outcome(case)
    assert sorted(set(rulelines.sentences()) - seen) == []


def test_a_rule_without_a_case_would_be_found() -> None:
    """The list of sentences is the rules' own, and nothing runs without being asked."""
    with rulelines.recorded() as seen:
        pass
    assert len(set(rulelines.sentences())) > 100
    assert seen == set()
