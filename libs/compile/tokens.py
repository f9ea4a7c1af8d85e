"""RequestAuthentications of a proxy as the filter that verifies tokens.

Keys at an address are fetched by others beforehand: no proxy ever calls where a user points.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from protogen.envoy.config.core.v3 import base_pb2

from libs.compile.attaching import reaching, selected
from libs.compile.authorization import Filters
from libs.compile.ledger import Ledger
from libs.compile.proxy import Proxy, ProxyType
from libs.envoy import jwks, jwt
from libs.kernel.origins import ObjectKey
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.requestauthentication import JWTRule, RequestAuthentication
from libs.meshapi.targets import PolicyTarget

Keys = Mapping[str, str]
"""JSON Web Key Sets by the address that they were fetched from."""

_SPACED: Final = ("permission", "scope")
_Placed = tuple[ObjectKey, JWTRule]


def rules_for(
    objects: Iterable[RequestAuthentication], proxy: Proxy, mesh: MeshSettings
) -> tuple[_Placed, ...]:
    """Return the rules that are for a proxy, by issuer."""
    found = [
        (one.key, rule)
        for one in reaching(objects, proxy, mesh.root_namespace)
        if selected(proxy, _labels(one), _targets(one), one.namespace)
        for rule in one.spec.jwt_rules
    ]
    return tuple(sorted(found, key=lambda one: one[1].issuer or ""))


def address_of(rule: JWTRule) -> str:
    """Return where a rule's keys are; empty for keys that it carries."""
    return "" if rule.jwks else rule.jwks_url or rule.jwks_uri or ""


def addresses(objects: Iterable[RequestAuthentication]) -> Iterator[str]:
    """Yield every address of keys that objects name, each once."""
    named = (address_of(rule) for one in objects for rule in one.spec.jwt_rules)
    yield from dict.fromkeys(one for one in named if one)


def filters_of(rules: Sequence[_Placed], keys: Keys, proxy: Proxy, ledger: Ledger) -> Filters:
    """Return the filter that refuses tokens which are not as a rule of their issuer says."""
    if not rules:
        return Filters()
    providers: dict[str, jwt.Provider] = {}
    for at, (owner, rule) in enumerate(rules):
        provider = _provider(rule)
        provider.clear_route_cache = proxy.type is ProxyType.ROUTER
        provider.local_jwks.CopyFrom(_keys(owner, rule, keys, ledger))
        providers[f"origins-{at}"] = provider
    owners = tuple(dict.fromkeys(owner for owner, _ in rules))
    return Filters(http=(jwt.http_filter(providers),), keys=owners)


def _labels(one: RequestAuthentication) -> Mapping[str, str]:
    return one.spec.selector.match_labels if one.spec.selector else {}


def _targets(one: RequestAuthentication) -> tuple[PolicyTarget, ...]:
    return (*filter(None, (one.spec.target_ref,)), *one.spec.target_refs)


def _keys(owner: ObjectKey, rule: JWTRule, keys: Keys, ledger: Ledger) -> base_pb2.DataSource:
    """Return the keys of a rule; where it has none that are of use, its tokens are refused."""
    at = address_of(rule)
    found = keys.get(at, "") if at else rule.jwks
    if jwks.usable(found):
        return base_pb2.DataSource(inline_string=found)
    why = f"its keys at `{at}` are not known yet" if at else "`jwks` has no key that can verify"
    ledger.problem(f"{owner}: all tokens of issuer `{rule.issuer or 'any'}` are refused: {why}")
    return base_pb2.DataSource(inline_string=jwks.NOBODYS)


def _provider(rule: JWTRule) -> jwt.Provider:
    provider = jwt.Provider(
        issuer=rule.issuer or "",
        audiences=rule.audiences,
        forward=rule.forward_original_token,
        forward_payload_header=rule.output_payload_to_header,
        payload_in_metadata=jwt.PAYLOAD,
        from_params=rule.from_params,
        from_cookies=rule.from_cookies,
    )
    for place in rule.from_headers:
        provider.from_headers.add(name=place.name, value_prefix=place.prefix)
    for copied in rule.output_claim_to_headers:
        provider.claim_to_headers.add(header_name=copied.header, claim_name=copied.claim)
    spaced = sorted({*_SPACED, *rule.space_delimited_claims})
    provider.normalize_payload_in_metadata.space_delimited_claims.extend(spaced)
    return provider
