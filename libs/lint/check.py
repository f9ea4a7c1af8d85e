"""Every check over every cluster; what is equal in several clusters is said once."""

from libs.desired.facts import FactsFiles, with_facts
from libs.desired.finding import Finding
from libs.desired.fleetview import FleetView
from libs.kernel.messages import Message
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
    plainsecrets,
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
from libs.lint.engine import AnyCheck, Lint
from libs.lint.stock import Contents
from libs.lint.withfacts import together, usable

CHECKS: tuple[AnyCheck, ...] = (
    *acrossclusters.CHECKS,
    *destinations.CHECKS,
    *subsets.CHECKS,
    *policies.CHECKS,
    *gateways.CHECKS,
    *order.CHECKS,
    *reach.CHECKS,
    *regexes.CHECKS,
    *limits.CHECKS,
    *logfilters.CHECKS,
    *patches.CHECKS,
    *plugins.CHECKS,
    *weights.CHECKS,
    *sidecars.CHECKS,
    *services.CHECKS,
    *plainsecrets.CHECKS,
    *accounts.CHECKS,
    *ambienthosts.CHECKS,
    *ambientpolicies.CHECKS,
    *ambientworkloads.CHECKS,
    *annotations.CHECKS,
    *authorization.CHECKS,
    *claims.CHECKS,
    *clienttls.CHECKS,
    *credentials.CHECKS,
    *deprecated.CHECKS,
    *entries.CHECKS,
    *exports.CHECKS,
    *filterpatches.CHECKS,
    *gatewayroutes.CHECKS,
    *injection.CHECKS,
    *mergedreach.CHECKS,
    *mutualtls.CHECKS,
    *neverrules.CHECKS,
    *observedcalls.CHECKS,
    *onlyone.CHECKS,
    *plainclients.CHECKS,
    *policytargets.CHECKS,
    *providers.CHECKS,
    *ruleparts.CHECKS,
    *ruleports.CHECKS,
    *selection.CHECKS,
    *serviceports.CHECKS,
    *sidecarscope.CHECKS,
    *tokenrules.CHECKS,
)
"""By topic; none knows of another. A function of a whole `ClusterView` can stand here as well."""


_NO_FACTS = FactsFiles()


def check(
    view: FleetView | None, contents: Contents, facts: FactsFiles = _NO_FACTS
) -> tuple[Message, ...]:
    """Return the messages of `findings`; none without a view, about which others have spoken."""
    return () if view is None else tuple(one.message for one in findings(view, contents, facts))


def findings(
    view: FleetView, contents: Contents, facts: FactsFiles = _NO_FACTS
) -> tuple[Finding, ...]:
    """Check one state by itself. Whoever checks one after the other keeps a `linter`.

    With facts of clusters it is also held to what was seen of these.
    """
    plain = linter().findings(view, contents)
    known = usable(facts, view.clusters)
    if not known:
        return plain
    seen = with_facts(view, contents, known)
    refused = observedcalls.refused_calls(view, seen, known)
    return (*together(plain, linter().findings(view, seen)), *refused)


def linter() -> Lint:
    """Return every check, for one state after the other."""
    return Lint(CHECKS)
