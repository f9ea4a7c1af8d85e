"""Rules by claims of a token: without a RequestAuthentication at the gateway they never match."""

from collections.abc import Iterator, Mapping

from libs.desired.finding import Finding
from libs.lint import istiorules
from libs.lint.clusterview import ClusterView
from libs.lint.gatewayhosts import bound_gateways
from libs.lint.interface import each
from libs.lint.selection import selector_of
from libs.lint.subject import Path, Subject, report
from libs.meshapi.gateway import Gateway
from libs.meshapi.requestauthentication import RequestAuthentication
from libs.meshapi.virtualservice import VirtualService

_CLAIM = "@request.auth.claims"


def check(view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    """Find matches of claims at gateways whose proxies read no tokens."""
    place = _first_claim(one.object)
    if place is None:
        return
    for gateway in bound_gateways(view, one):
        if not _reads_tokens(view, gateway):
            name = f"{gateway.namespace}/{gateway.key.name}"
            text = (
                f"no RequestAuthentication reads tokens at gateway `{name}`, so this never "
                "matches; write one for the gateway's labels"
            )
            rule = istiorules.CLAIMS_WITHOUT_TOKENS.as_level(view.absence())
            yield report(rule, one, place, text, [gateway])


CHECKS = (each(VirtualService, check),)


def _first_claim(obj: VirtualService) -> Path | None:
    for index, rule in enumerate(obj.spec.http):
        for number, match in enumerate(rule.match):
            found: dict[str, Mapping[str, object]] = {
                "headers": match.headers,
                "withoutHeaders": match.without_headers,
            }
            for field, texts in found.items():
                for key in texts:
                    if key.startswith(_CLAIM):
                        return ("spec", "http", index, "match", number, field, key)
    return None


def _reads_tokens(view: ClusterView, gateway: Subject[Gateway]) -> bool:
    """Say whether some RequestAuthentication may select a proxy of the gateway."""
    wanted = gateway.object.spec.selector
    for one in view.of(RequestAuthentication):
        if one.object.spec.target_ref or one.object.spec.target_refs:
            return True
        _, labels = selector_of(one.object)
        if all(labels.get(key, value) == value for key, value in wanted.items()):
            return True
    return False
