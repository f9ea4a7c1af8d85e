"""What DestinationRules say about a host, from the few of them that can say something."""

from collections.abc import Iterator

from libs.compile.hosts import fqdn
from libs.compile.policies import Policy, candidates, policies
from libs.lint.answers import Answers
from libs.lint.index import Index
from libs.lint.subject import Subject
from libs.meshapi.destinationrule import DestinationRule
from libs.registry.hostnames import covers, is_wildcard


def _host(rule: DestinationRule, domain: str) -> str:
    return fqdn(rule.spec.host, rule.namespace, domain)


RULES_OF_HOST = Index(DestinationRule, lambda one, domain: ((one.namespace, _host(one, domain)),))
"""By namespace and complete host, which may be a wildcard."""

RULES = Index(DestinationRule, lambda one, _: (one.key,))
"""By identity."""

WILDCARD_RULES = Index(
    DestinationRule,
    lambda one, domain: (one.namespace,) if is_wildcard(_host(one, domain)) else (),
)


def policies_of(cluster: Answers, question: tuple[str, str, str]) -> tuple[Policy, ...]:
    """Return the policies of a host, by its service's namespace and its caller's.

    They are those among which the caller has its own by its labels.
    """
    host, service_namespace, namespace = question
    mesh = cluster.settings
    rules: dict[Subject[DestinationRule], DestinationRule] = {}
    for name in dict.fromkeys((namespace, service_namespace, mesh.root_namespace)):
        rules.update((one, one.object) for one in _candidates(cluster, name, host))
    exports = mesh.default_destination_rule_export_to
    found = policies(rules.values(), cluster.domain, exports, mesh.root_namespace)
    return candidates(found, host, service_namespace, namespace)


def _candidates(cluster: Answers, namespace: str, host: str) -> Iterator[Subject[DestinationRule]]:
    yield from cluster.find(RULES_OF_HOST, (namespace, host))
    for one in cluster.find(WILDCARD_RULES, namespace):
        if covers(_host(one.object, cluster.domain), host):
            yield one
