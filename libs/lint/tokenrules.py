"""Rules of AuthorizationPolicies about tokens, where nobody reads tokens.

Only a RequestAuthentication makes a proxy read them: without one no request has an issuer, a
subject or a claim, whatever it carries.
"""

from collections.abc import Iterator, Mapping

from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.selection import selector_of
from libs.lint.subject import Path, Subject, report
from libs.meshapi.authorizationpolicy import AuthorizationPolicy, Rule
from libs.meshapi.requestauthentication import RequestAuthentication

_READERS = Index(RequestAuthentication, lambda one, _: (one.namespace,))
_OF_TOKENS = "request.auth."


def check(view: ClusterView, one: Subject[AuthorizationPolicy]) -> Iterator[Finding]:
    """Find the first condition on tokens of each rule, where none is read."""
    action = one.object.spec.action
    for index, rule in enumerate(one.object.spec.rules):
        found = _asked(("spec", "rules", index), rule)
        if found is None or _read(view, one):
            continue
        path, wanted = found
        if wanted:
            effect = "no request fits this"
        elif action == "DENY":
            effect = "this denies every request"
        else:
            continue
        text = (
            f"no RequestAuthentication reads tokens at the selected workloads, so {effect}; write "
            "one with the same selector"
        )
        yield report(rules.TOKENS_NOT_READ, one, path, text)


CHECKS = (each(AuthorizationPolicy, check),)


def _asked(path: Path, rule: Rule) -> tuple[Path, bool] | None:
    """Return the first field about tokens, and whether it wants one or wants none."""
    for number, caller in enumerate(rule.from_):
        source, here = caller.source, (*path, "from", number, "source")
        if source is not None and source.request_principals:
            return (*here, "requestPrincipals"), True
        if source is not None and source.not_request_principals:
            return (*here, "notRequestPrincipals"), False
    for number, condition in enumerate(rule.when):
        if condition.key.startswith(_OF_TOKENS):
            return (*path, "when", number, "key"), bool(condition.values)
    return None


def _read(view: ClusterView, one: Subject[AuthorizationPolicy]) -> bool:
    """Say whether a RequestAuthentication may be for a workload that the policy is for."""
    root = view.settings.root_namespace
    if one.namespace == root:
        return bool(view.of(RequestAuthentication))
    mine = selector_of(one.object)[1]
    readers = (other for space in (one.namespace, root) for other in view.find(_READERS, space))
    return any(_may_meet(mine, selector_of(other.object)[1]) for other in readers)


def _may_meet(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(other.get(key, value) == value for key, value in one.items())
