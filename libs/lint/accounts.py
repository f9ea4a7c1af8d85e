"""Service accounts that AuthorizationPolicies name, in each cluster and in the others.

A proxy may run as an account that no file describes, so nothing is said about a namespace of which
no ServiceAccount is known, and Kiali's error is a warning. One that only another cluster has may
well call from there.
"""

import re
from collections.abc import Iterator

from libs.desired.finding import Finding
from libs.lint import kialirules
from libs.lint.clusterview import ClusterView
from libs.lint.folding import fold
from libs.lint.index import Index
from libs.lint.interface import across
from libs.lint.nearness import nearest
from libs.lint.subject import Path, Subject, report
from libs.lint.wholefleet import WholeFleet
from libs.lint.workloads import selected
from libs.meshapi.authorizationpolicy import AuthorizationPolicy
from libs.meshapi.serviceaccount import ServiceAccount

PRINCIPAL = re.compile(r"([^/*]+)/ns/([^/*]+)/sa/([^/*]+)")
"""Trust domain, namespace and account of a caller, without wildcards."""

_ACCOUNTS = Index(ServiceAccount, lambda one, _: (one.namespace,))
_Account = tuple[str, str]


def check(fleet: WholeFleet, one: Subject[AuthorizationPolicy]) -> Iterator[Finding]:
    """Look for the accounts of a policy's callers in all clusters."""
    for path, account in _named(one):
        mine = [view for view in fleet.clusters if view.name in one.clusters]
        missing = [view for view in mine if _is_missing(view, account)]
        if missing:
            found = _said(fleet, one, path, account)
            yield fold(found, [view.name for view in missing], len(one.clusters))


CHECKS = (across(AuthorizationPolicy, check),)


def _named(one: Subject[AuthorizationPolicy]) -> Iterator[tuple[Path, _Account]]:
    for index, rule in enumerate(one.object.spec.rules):
        for number, caller in enumerate(rule.from_):
            if caller.source is None:
                continue
            path: Path = ("spec", "rules", index, "from", number, "source")
            for at, text in enumerate(caller.source.principals):
                match = PRINCIPAL.fullmatch(text)
                if match is not None:
                    yield (*path, "principals", at), (match[2], match[3])
            for at, text in enumerate(caller.source.service_accounts):
                namespace, _, name = text.rpartition("/")
                yield (*path, "serviceAccounts", at), (namespace or one.namespace, name)


def _known(view: ClusterView, namespace: str) -> set[str]:
    """Return the accounts of a namespace; none where no object says one."""
    objects = view.find(_ACCOUNTS, namespace)
    if not objects:
        return set()
    used = (workload.account for workload in selected(view, namespace, {}))
    return {"default", *(one.key.name for one in objects), *filter(None, used)}


def _is_missing(view: ClusterView, account: _Account) -> bool:
    known = _known(view, account[0])
    return bool(known) and account[1] not in known


def _said(
    fleet: WholeFleet, one: Subject[AuthorizationPolicy], path: Path, account: _Account
) -> Finding:
    namespace, name = account
    known = {view.name: _known(view, namespace) for view in fleet.clusters}
    elsewhere = [f"`{cluster}`" for cluster, names in known.items() if name in names]
    if elsewhere:
        text = (
            f"namespace `{namespace}` has no service account `{name}` here, so it calls from "
            f"{', '.join(elsewhere)} only; add it here if it is to call from here"
        )
        return report(kialirules.REMOTE_ACCOUNT, one, path, text)
    near = nearest(name, frozenset().union(*known.values()))
    hint = f"did you mean `{near}`?" if near else "correct the name, or add the ServiceAccount"
    text = f"namespace `{namespace}` has no service account `{name}`; {hint}"
    return report(kialirules.ACCOUNT, one, path, text)
