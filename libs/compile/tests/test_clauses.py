"""A condition on requests never makes a policy let more connections through."""

import pytest

from libs.compile.callers import Domains
from libs.compile.clauses import NeedsRequestsError, Setting, translated
from libs.meshapi.authorizationpolicy import Condition, From, Operation, Rule, Source, To

_DOMAINS = Domains(("cluster.local",))
_HTTP_ONLY = {
    "hosts": Rule(to=(To(operation=Operation(hosts=("a",))),)),
    "notHosts": Rule(to=(To(operation=Operation(not_hosts=("a",))),)),
    "methods": Rule(to=(To(operation=Operation(methods=("GET",))),)),
    "notMethods": Rule(to=(To(operation=Operation(not_methods=("GET",))),)),
    "paths": Rule(to=(To(operation=Operation(paths=("/a",))),)),
    "notPaths": Rule(to=(To(operation=Operation(not_paths=("/a",))),)),
    "requestPrincipals": Rule(from_=(From(source=Source(request_principals=("*",))),)),
    "notRequestPrincipals": Rule(from_=(From(source=Source(not_request_principals=("*",))),)),
    **{
        key: Rule(when=(Condition(key=key, values=("a",)),))
        for key in (
            "request.headers[x]",
            "request.auth.principal",
            "request.auth.audiences",
            "request.auth.presenter",
            "request.auth.claims[x]",
        )
    },
}


def _setting(*, bytes_only: bool, allows: bool) -> Setting:
    return Setting("default", _DOMAINS, bytes_only, allows)


@pytest.mark.parametrize("name", _HTTP_ONLY)
def test_what_allows_by_requests_allows_no_connection(name: str) -> None:
    """Whoever could connect could ask for anything."""
    with pytest.raises(NeedsRequestsError):
        translated(_HTTP_ONLY[name], _setting(bytes_only=True, allows=True))


@pytest.mark.parametrize("name", _HTTP_ONLY)
def test_what_denies_by_requests_denies_connections_without_asking(name: str) -> None:
    """The condition is left out, so that it always holds."""
    permissions, principals = translated(_HTTP_ONLY[name], _setting(bytes_only=True, allows=False))
    assert [one.and_rules.rules[0].any for one in permissions] == [True]
    assert [one.and_ids.ids[0].any for one in principals] == [True]


def test_a_condition_counts_with_every_alternative() -> None:
    """Sources and operations are alternatives, conditions are not."""
    rule = Rule(
        from_=(From(source=Source(namespaces=("a",))), From(source=Source(namespaces=("b",)))),
        to=(To(operation=Operation(ports=("80",))), To(operation=Operation(ports=("81",)))),
        when=(
            Condition(key="source.ip", values=("10.0.0.1",)),
            Condition(key="destination.port", not_values=("82",)),
        ),
    )
    permissions, principals = translated(rule, _setting(bytes_only=False, allows=True))
    assert [len(one.and_rules.rules) for one in permissions] == [2, 2]
    assert [len(one.and_ids.ids) for one in principals] == [2, 2]


@pytest.mark.parametrize("allows", [True, False])
def test_an_attribute_that_nobody_knows_never_lets_anybody_in(*, allows: bool) -> None:
    """It allows no caller, and does not take any out of a denial."""
    rule = Rule(when=(Condition(key="destination.user", values=("root",)),))
    _, (who,) = translated(rule, _setting(bytes_only=False, allows=allows))
    (only,) = who.and_ids.ids
    assert only.any != allows
