"""A sidecar whose workload admits some calls: policies, tokens, and what is asked of callers.

A token stays in the request that it came with: what a proxy takes out of a request after it was
verified is no question of a run.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from libs.compile.proxy import ProxyType
from tests.agree import policyrules, servertls
from tests.agree.callers import PRINCIPALS
from tests.agree.dice import Dice
from tests.agree.trial import ADDRESS, Ground, Trial, caller, written
from tests.e2e.tokens import ENDED, Issuer
from tools.child.ports import free_ports

_PROTOCOLS = ("HTTP", "HTTP", "TCP")
_ROOT = "istio-system"
_ACTIONS = ("ALLOW", "ALLOW", "DENY", "DENY", "AUDIT")
_TRIED_SHARE = 0.15
_BAD_SHARE = 0.2
_IN_2096_S = 4_000_000_000
_CUT = 8
_PLACES = ("authorization", "x-token", "token")
"""Where the tokens of an issuer are: in the usual header, in one of its own, in a parameter."""


def draw(dice: Dice, ground: Ground, calls: int) -> Trial:
    """Draw a workload, what it asks of its callers, and calls to it."""
    ports = dict(zip(free_ports(len(_PROTOCOLS)), _PROTOCOLS, strict=True))
    known = [issuer for issuer in policyrules.ISSUERS[:2] if dice.chance(0.7)]
    places = {issuer: dice.one(_PLACES) for issuer in known}
    objects = [
        _sidecar(dice, ground, ports),
        *_peers(dice, ports),
        *_tokens(dice, places),
        *(_policy(dice, f"policy{at}", list(ports)) for at in range(dice.number(0, 4))),
    ]
    proxy = caller(
        ProxyType.SIDECAR,
        TLS_SERVER_CERT_CHAIN=f"{ground.folder}/mesh.pem",
        TLS_SERVER_KEY=f"{ground.folder}/mesh.key",
        TLS_SERVER_ROOT_CERT=f"{ground.folder}/ca.pem",
    )
    return Trial(tuple(objects), proxy, tuple(_call(dice, ports, places) for _ in range(calls)))


def _sidecar(dice: Dice, ground: Ground, ports: Mapping[int, str]) -> dict[str, Any]:
    behind = dice.one([number for _, number in ground.plain])
    ingress = [
        {
            "port": {"number": port, "protocol": protocol, "name": f"port{port}"},
            "bind": ADDRESS,
            "captureMode": "NONE",
            "defaultEndpoint": f"127.0.0.1:{behind}",
        }
        for port, protocol in ports.items()
    ]
    return written("Sidecar", "admissions", {"ingress": ingress, "egress": [{"hosts": ["~/*"]}]})


def _peers(dice: Dice, ports: Mapping[int, str]) -> list[dict[str, Any]]:
    """Draw what is asked of connections: of all, or of one port in another way."""
    modes = ("STRICT", "PERMISSIVE", "PERMISSIVE", "DISABLE")
    drawn = []
    if dice.chance(0.5):
        mesh = {"mtls": {"mode": dice.one(modes[:3])}}
        drawn.append(written("PeerAuthentication", "mesh", mesh, _ROOT))
    if dice.chance(0.5):
        spec: dict[str, Any] = {"selector": {"matchLabels": {"app": "caller"}}}
        spec["mtls"] = {"mode": dice.one(modes[:3])}
        port = dice.one(list(ports))
        # Encrypted bytes would reach the program behind, which speaks no TLS.
        ways = modes[:3] if ports[port] == "TCP" else modes
        spec["portLevelMtls"] = {str(port): {"mode": dice.one(ways)}}
        drawn.append(written("PeerAuthentication", "own", spec))
    return drawn


def _tokens(dice: Dice, places: Mapping[str, str]) -> list[dict[str, Any]]:
    """Draw whose tokens are taken."""
    drawn: list[dict[str, Any]] = []
    for issuer, place in places.items():
        taken: dict[str, Any] = {
            "issuer": issuer,
            "jwks": _signer(issuer).keys,
            "forwardOriginalToken": True,
        }
        if place == "x-token":
            taken["fromHeaders"] = [{"name": "x-token", "prefix": "Is "}]
        elif place == "token":
            taken["fromParams"] = ["token"]
        if dice.chance(0.4):
            taken["audiences"] = [dice.one(policyrules.AUDIENCES)]
        name = f"tokens-{len(drawn)}"
        drawn.append(written("RequestAuthentication", name, {"jwtRules": [taken]}))
    return drawn


@cache
def _signer(issuer: str) -> Issuer:
    """Return the one who signs tokens of an issuer; keys take long to make."""
    return Issuer(issuer)


def _policy(dice: Dice, name: str, ports: Sequence[int]) -> dict[str, Any]:
    action = dice.one(_ACTIONS)
    wide = 4 if action == "ALLOW" else 2
    rules = [policyrules.rule(dice, ports) for _ in range(dice.number(1, wide))]
    spec: dict[str, Any] = {"action": action, "rules": rules}
    if dice.chance(0.4):
        spec["selector"] = {"matchLabels": {"app": dice.one(("caller", "caller", "stranger"))}}
    made = written("AuthorizationPolicy", name, spec, dice.one(("default", "default", _ROOT)))
    if action != "AUDIT" and dice.chance(_TRIED_SHARE):
        made["metadata"]["annotations"] = {"istio.io/dry-run": "true"}
    return made


def _call(dice: Dice, ports: Mapping[int, str], places: Mapping[str, str]) -> dict[str, Any]:
    port = dice.one(list(ports))
    call: dict[str, Any] = {
        "mode": "inbound",
        "address": ADDRESS,
        "port": port,
        "source": {"ip": dice.one(policyrules.SOURCES)},
        "host": "x",
    }
    if dice.chance(0.65):
        principal = dice.one((*PRINCIPALS.values(), servertls.PRINCIPAL))
        call["source"]["principal"] = principal
        call |= {"tls": "mtls", "sni": dice.one(("shop.example", "nobody.example"))}
    if ports[port] == "TCP":
        return call | {"protocol": "tcp"}
    call |= {
        "host": dice.one(policyrules.HOSTS),
        "method": dice.one(policyrules.METHODS),
        "path": dice.one(policyrules.PATHS),
        "headers": _headers(dice),
    }
    if dice.chance(0.1):
        call |= {"protocol": "http2", "alpn": ["h2", "http/1.1"]}
    return _with_token(dice, call, places) if dice.chance(0.5) else call


def _headers(dice: Dice) -> dict[str, str]:
    headers = {}
    if dice.chance(0.6):
        headers["x-tier"] = dice.one(policyrules.TIERS)
    if dice.chance(0.3):
        headers["x-forwarded-for"] = ", ".join(dice.some(policyrules.FORWARDED, 2) or ["10.2.0.9"])
    return headers


def _with_token(dice: Dice, call: dict[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    """Give a call a token and say what it claims.

    It is where those of its issuer are looked for; of nobody's issuer, where those of others are,
    and sometimes of the others' as well.
    """
    claims = policyrules.claims(dice)
    bad = dice.chance(_BAD_SHARE)
    token = _bad(dice, claims) if bad else _signer(claims["iss"]).sign(claims)
    place = places.get(claims["iss"], "")
    if not place or dice.chance(0.1):
        place = dice.one([*places.values(), *([] if place else ["authorization"])])
    if place == "token":
        call["path"] += f"?token={token}"
    else:
        word = "Is" if place == "x-token" else "Bearer"
        call["headers"][place] = f"{word} {token}"
    return call | ({"token": "bad"} if bad else {"claims": claims})


def _bad(dice: Dice, claims: Mapping[str, Any]) -> str:
    """Sign a token that nobody may take, whatever it claims.

    It is for everybody: Envoy refuses one for others before it looks who signed it, in other words.
    """
    claims = {**claims, "aud": list(policyrules.AUDIENCES)}
    issuer = claims["iss"]
    ways: Sequence[Callable[[], str]] = (
        lambda: _forger(issuer).sign(claims),
        lambda: _signer(issuer).sign(claims, "none"),
        lambda: _signer(issuer).sign({**claims, "life": ENDED}),
        lambda: _signer(issuer).sign({**claims, "nbf": _IN_2096_S}),
        lambda: _signer(issuer).sign(claims)[:-_CUT] + "A" * _CUT,
    )
    return dice.one(ways)()


@cache
def _forger(issuer: str) -> Issuer:
    """Return somebody who gives his key the name of an issuer's."""
    return Issuer(issuer)
