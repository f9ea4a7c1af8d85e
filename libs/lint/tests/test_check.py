"""Every check on cases that are files: a folder's YAML, and the messages that belong to it."""

from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from libs.desired.directory import Directory, contents_from_files
from libs.desired.facts import facts_in
from libs.desired.finding import Rule
from libs.lint import (
    accounts,
    acrossclusters,
    ambienthosts,
    ambientpolicies,
    ambientworkloads,
    annotations,
    authorization,
    claims,
    clienttls,
    credentials,
    deprecated,
    destinations,
    entries,
    exports,
    filterpatches,
    gatewayroutes,
    gateways,
    injection,
    istiorules,
    kialirules,
    limits,
    logfilters,
    mergedreach,
    mutualtls,
    neverrules,
    observedcalls,
    onlyone,
    order,
    patches,
    plainclients,
    plugins,
    policies,
    policytargets,
    providers,
    reach,
    regexes,
    ruleparts,
    ruleports,
    rules,
    selection,
    serviceports,
    services,
    sidecars,
    sidecarscope,
    subsets,
    suppression,
    tenancy,
    tokenrules,
    weights,
)
from libs.lint.check import CHECKS, check
from libs.lint.engine import Lint
from libs.meshapi import codes

CASES = Path(__file__).parent / "cases"
EXPECTED = "messages.txt"
TOPICS = (
    accounts,
    acrossclusters,
    ambienthosts,
    ambientpolicies,
    ambientworkloads,
    annotations,
    authorization,
    claims,
    clienttls,
    credentials,
    deprecated,
    destinations,
    entries,
    exports,
    filterpatches,
    gatewayroutes,
    gateways,
    injection,
    mergedreach,
    mutualtls,
    neverrules,
    observedcalls,
    onlyone,
    order,
    limits,
    logfilters,
    patches,
    plainclients,
    plugins,
    policies,
    policytargets,
    providers,
    reach,
    regexes,
    ruleparts,
    ruleports,
    selection,
    serviceports,
    services,
    sidecars,
    sidecarscope,
    subsets,
    tokenrules,
    weights,
)
_NOT_YET = {codes.KIND_WITHOUT_EFFECT, codes.FIELD_WITHOUT_EFFECT}


def cases() -> list[Path]:
    """Return all case folders."""
    return sorted(CASES.iterdir())


def files_of(case: Path) -> dict[str, bytes]:
    """Read a case as the repository that it stands for."""
    return {
        path.relative_to(case).as_posix(): path.read_bytes()
        for path in sorted(case.rglob("*.yaml"))
    }


def messages_of(case: Path) -> str:
    """Return what reading and checking says, one line each.

    What has no effect yet is another matter, which changes with each release.
    """
    files = files_of(case)
    view, contents, read = contents_from_files(files)
    found = [one for one in read if one.code not in _NOT_YET]
    return "".join(f"{one}\n" for one in (*found, *check(view, contents, facts_in(files))))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_case_gives_exactly_its_messages(case: Path) -> None:
    """The messages of a case stand in its messages.txt, none for one that is fine."""
    expected = case / EXPECTED
    assert messages_of(case) == (expected.read_text() if expected.exists() else "")


@cache
def _read_cases() -> tuple[Directory, ...]:
    return tuple(contents_from_files(files_of(case)) for case in cases())


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.__name__.rpartition(".")[2])
def test_a_check_has_cases_with_and_without_findings(topic: ModuleType) -> None:
    """No topic is without a case that it complains about, nor does it complain about all."""
    assert set(topic.CHECKS) <= set(CHECKS)
    read = _read_cases()
    complaints = [
        any(one.clusters for one in Lint(topic.CHECKS).findings(each.view, each.contents))
        for each in read
        if each.view is not None
    ]
    assert any(complaints)
    assert not all(complaints)


def test_every_rule_has_a_case() -> None:
    """Each code that a check can give stands in the messages of some case."""
    said = "".join(messages_of(case) for case in cases())
    registries = (rules, istiorules, kialirules)
    known = [one for each in registries for one in vars(each).values() if isinstance(one, Rule)]
    assert {one.code for one in known if f" {one.code}:" not in said} == set()


def test_a_code_of_ours_has_one_meaning() -> None:
    """Whoever ignores a code ignores one thing."""
    registries = (rules, istiorules, kialirules, suppression)
    known = [one for each in registries for one in vars(each).values() if isinstance(one, Rule)]
    own = [one.code for one in known if one.code.startswith("PER")]
    assert sorted(own) == sorted(set(own))


def test_tenancy_reads_the_fleet_that_it_is_given() -> None:
    """A looser fleet than the candidate's own, as it was accepted, allows what it allows."""
    case = CASES / "objects-that-a-set-is-not-allowed-to-have"
    strict, contents, _ = contents_from_files(files_of(case))
    loose, _, _ = contents_from_files(files_of(CASES / "two-sets-with-one-object-for-one-cluster"))
    assert strict is not None
    assert loose is not None
    assert [*tenancy.violations(strict, contents)]
    assert not [*tenancy.violations(loose, contents)]


def test_nothing_is_checked_without_a_view() -> None:
    """A fleet that could not be read has had its messages already."""
    assert check(None, {}) == ()
