"""Random VirtualService rules over every field that compiling acts on."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.agree.dice import Dice

SEGMENTS = ("a", "b", "A", "ab", "7", "42")
HEADERS = ("x-one", "x-two")
VALUES = ("1", "12", "gold", "Gold", "")
PARAMETERS = ("q", "id")
METHODS = ("GET", "GET", "POST", "PUT", "OPTIONS")
ORIGINS = ("http://one.example", "http://two.example", "http://three.example")
OWN_PORT = 65_535
"""Stands for the port of a batch, which only the batch knows."""
OWN_HOST = "own-host"
"""Stands for the host that a rule is for, as its VirtualService writes it."""
SLOW_MS = "800"
"""Longer than the shorter of the timeouts that rules have, and shorter than the longer one."""
SUBSETS = ("v1", "v2", "v3")
_PATTERNS = ("[0-9]+", "1.*", "g(old|rey)", ".*", "[A-Z]\\w+")
_PATH_PATTERNS = ("/[ab]+", "/a/.*", "/[0-9]+/?.*", "/(a|b)/(a|b)", ".*")
FITTING: Mapping[str, str] = {
    **dict(zip(_PATTERNS, ("12", "12", "gold", "1", "Gold"), strict=True)),
    **dict(zip(_PATH_PATTERNS, ("/ab", "/a/7", "/42", "/a/b", "/7"), strict=True)),
    "(GET|PUT)": "PUT",
    "[A-Z]+": "POST",
    "G": "GET",
    "P": "PUT",
    "PU": "PUT",
}
"""A text for each pattern; other texts fit themselves."""
_BODIES = ({"string": "said"}, {"string": "said"}, {"bytes": "Ynl0ZXM="})
_FAILURES = ("5xx", "5xx", "gateway-error", "503", "503", "connect-failure", "502,504")
_STATUSES = (200, 204, 403, 418, 503)


def path(dice: Dice) -> str:
    """Draw a path of few segments, so that rules and calls meet."""
    segments = [dice.one(SEGMENTS) for _ in range(dice.number(0, 3))]
    return "/" + "/".join(segments) + ("/" if segments and dice.chance(0.2) else "")


def rules(dice: Dice, hosts: Sequence[str], *, chancy: bool = False) -> list[dict[str, Any]]:
    """Draw a list of rules; the last one often takes everything.

    `chancy` allows faults that hit some calls and not others.
    """
    drawn = [_rule(dice, f"r{number}", hosts) for number in range(dice.number(1, 5))]
    for rule in drawn:
        if chancy and "fault" in rule and dice.chance(0.5):
            rule["fault"] = _by_chance(dice)
    if dice.chance(0.6):
        drawn[-1].pop("match", None)
    return drawn


def aim(dice: Dice, call: dict[str, Any], rule: Mapping[str, Any]) -> None:
    """Change a call so that it fits a rule: its conditions, and what shows how it is carried out.

    Where the rule limits time the upstream is slow, where it tries again the upstream fails.
    """
    _fit(call, dice.one(rule.get("match") or [{}]))
    attempts = rule.get("retries", {}).get("attempts", 0)
    if "timeout" in rule and dice.chance(0.4):
        call["headers"]["x-delay-ms"] = SLOW_MS
    elif attempts and dice.chance(0.5):
        call["headers"]["x-fail-attempts"] = str(attempts + dice.number(0, 1))


def _fit(call: dict[str, Any], match: Mapping[str, Any]) -> None:
    """Change a call so that it fits the conditions of a rule."""
    for name, text in match.get("headers", {}).items():
        call["headers"][name] = _fitting(text)
    for name in match.get("withoutHeaders", {}):
        call["headers"].pop(name, None)
    path, mark, query = call["path"].partition("?")
    if match.get("uri"):
        path = _fitting(match["uri"])
        path = path.swapcase() if match.get("ignoreUriCase") else path
    for name, text in match.get("queryParams", {}).items():
        mark, query = "?", f"{name}={_fitting(text)}"
    call["path"] = path + mark + query
    if match.get("method"):
        call["method"] = _fitting(match["method"])


def _fitting(text: Mapping[str, str]) -> str:
    written = next(iter(text.values()), "1")
    return FITTING.get(written, written)


def _rule(dice: Dice, name: str, hosts: Sequence[str]) -> dict[str, Any]:
    rule: dict[str, Any] = {"name": name}
    rule["match"] = [{"name": f"m{number}", **_match(dice)} for number in range(dice.number(1, 3))]
    kind = dice.one(("redirect", "redirect", "answer", *["forward"] * 9))
    if kind == "redirect":
        rule["redirect"] = _redirect(dice)
    elif kind == "answer":
        rule["directResponse"] = _direct(dice)
    else:
        rule |= _forward(dice, hosts)
    if kind == "forward" and dice.chance(0.25):
        rule["fault"] = _fault(dice)
    if dice.chance(0.3):
        rule["headers"] = _with_host(dice, _headers(dice))
    if dice.chance(0.25):
        rule["corsPolicy"] = _cross_origin(dice)
    return rule


def _cross_origin(dice: Dice) -> dict[str, Any]:
    policy: dict[str, Any] = {}
    kind = dice.one(("exact", "prefix", "regex", "old"))
    if kind == "old":
        policy["allowOrigin"] = dice.some(ORIGINS, 2)
    else:
        pattern = dice.one(("http://t.*", ".*")) if kind == "regex" else dice.one(ORIGINS)
        policy["allowOrigins"] = [{kind: pattern}]
    said = (
        ("allowMethods", ["GET", "PUT"]),
        ("allowHeaders", ["x-one"]),
        ("exposeHeaders", ["x-response-a", "x-two"]),
        ("maxAge", "90s"),
        ("allowCredentials", dice.chance(0.7)),
        ("unmatchedPreflights", dice.one(("UNSPECIFIED", "FORWARD", "IGNORE"))),
    )
    return policy | {name: value for name, value in said if dice.chance(0.6)}


def _match(dice: Dice) -> dict[str, Any]:
    match: dict[str, Any] = {}
    if dice.chance(0.8):
        match["uri"] = _uri(dice)
        if dice.chance(0.2):
            match["ignoreUriCase"] = True
    if dice.chance(0.45):
        match["headers"] = {dice.one(HEADERS): _text(dice)}
    if dice.chance(0.25):
        match["withoutHeaders"] = {dice.one(HEADERS): _text(dice)}
    if dice.chance(0.45):
        match["queryParams"] = {dice.one(PARAMETERS): _text(dice)}
    if dice.chance(0.22):
        match["method"] = _method(dice)
    if dice.chance(0.15):
        match["scheme"] = dice.one(_SCHEMES)
    if dice.chance(0.25):
        match["authority"] = dice.one(_AUTHORITIES)
    if dice.chance(0.25):
        match |= _from_where(dice)
    return match or {"uri": {"prefix": "/"}}


_SCHEMES = (
    {"exact": "http"},
    {"exact": "http"},
    {"prefix": "ht"},
    {"prefix": "http"},
    {"regex": "http.?"},
    {"regex": "http.?"},
    {"exact": "https"},
)
_AUTHORITIES = (
    {"exact": OWN_HOST},
    {"exact": OWN_HOST},
    {"prefix": OWN_HOST},
    {"prefix": OWN_HOST},
    {"prefix": "e"},
    {"prefix": "h2.default"},
    {"regex": "[a-z0-9.]+"},
    {"regex": "[he][0-9].*"},
)


def _method(dice: Dice) -> dict[str, str]:
    kind = dice.one(("exact", "exact", "prefix", "prefix", "regex", "regex"))
    if kind == "regex":
        return {kind: dice.one(("(GET|PUT)", "[A-Z]+"))}
    return {kind: dice.one(METHODS) if kind == "exact" else dice.one(("G", "PU", "P"))}


def _from_where(dice: Dice) -> dict[str, Any]:
    """Draw what is decided before any call; some of it excludes the calls of a batch."""
    if dice.chance(0.3):
        return dice.one(
            (
                {"gateways": [dice.one(("mesh", "edge", "other"))]},
                {"sourceLabels": {"app": "other"}},
                {"sourceNamespace": "other"},
                {"port": 1},
            )
        )
    holding = {
        "gateways": ["mesh", "edge"],
        "sourceLabels": {"app": "caller"},
        "sourceNamespace": "default",
        "port": OWN_PORT,
        "statPrefix": "counted",
    }
    return {name: holding[name] for name in dice.some(sorted(holding), 3)}


def _uri(dice: Dice) -> dict[str, str]:
    kind = dice.one(("exact", "prefix", "prefix", "regex"))
    return {kind: dice.one(_PATH_PATTERNS) if kind == "regex" else path(dice)}


def _text(dice: Dice) -> dict[str, str]:
    kind = dice.one(("exact", "exact", "prefix", "prefix", "regex", "regex", "present", "present"))
    if kind == "present":
        return {}
    return {kind: dice.one(_PATTERNS) if kind == "regex" else dice.one(VALUES[:-1])}


def _redirect(dice: Dice) -> dict[str, Any]:
    redirect: dict[str, Any] = {}
    if dice.chance(0.4):
        redirect["uri"] = dice.one(("/moved", "%PREFIX()%/moved", "/moved?x=1"))
    elif dice.chance(0.6):
        redirect["prefixRewrite"] = dice.one(("/other", "/other/"))
    if dice.chance(0.5):
        redirect["authority"] = "elsewhere.example"
    if dice.chance(0.4):
        redirect["scheme"] = dice.one(("http", "https"))
    if dice.chance(0.3):
        redirect["port"] = dice.one((80, 443, 8443))
    elif dice.chance(0.9):
        redirect["derivePort"] = dice.one(("FROM_REQUEST_PORT", "FROM_PROTOCOL_DEFAULT"))
    if dice.chance(0.6):
        redirect["redirectCode"] = dice.one((301, 302, 303, 307, 308))
    if not redirect.keys() & {"uri", "prefixRewrite", "authority", "scheme"}:
        redirect["uri"] = "/moved"
    return redirect


def _direct(dice: Dice) -> dict[str, Any]:
    response: dict[str, Any] = {"status": dice.one(_STATUSES)}
    if response["status"] != 204 and dice.chance(0.7):
        response["body"] = dice.one(_BODIES)
    return response


def _forward(dice: Dice, hosts: Sequence[str]) -> dict[str, Any]:
    rule: dict[str, Any] = {"route": _routes(dice, hosts)}
    if dice.chance(0.3):
        rule["rewrite"] = _rewrite(dice)
    if dice.chance(0.15):
        rule["timeout"] = dice.one(("0.4s", "5s"))
    if dice.chance(0.25):
        rule["retries"] = retries(dice)
    if dice.chance(0.25):
        rule |= _mirrors(dice, hosts)
    return rule


def _mirrors(dice: Dice, hosts: Sequence[str]) -> dict[str, Any]:
    """Draw copies for all calls or for none, so that what arrives is certain."""
    where = {"host": dice.one(hosts), "subset": dice.one((*SUBSETS, *SUBSETS, "empty", "unknown"))}
    share = dice.one((0, 100, 100))
    return dice.one(
        (
            {"mirror": where},
            {"mirror": where, "mirrorPercentage": {"value": share}},
            {"mirror": where, "mirrorPercent": share},
            {"mirror": where, "mirror_percent": share},
            {"mirrors": [{"destination": where, "percentage": {"value": share}}] * 2},
            {"mirrors": [{"destination": where}]},
        )
    )


def _routes(dice: Dice, hosts: Sequence[str]) -> list[dict[str, Any]]:
    """Draw destinations of which only one gets anything, so that the answer is certain."""
    routes = [_destination(dice, hosts)]
    if dice.chance(0.4):
        routes = [{**routes[0], "weight": 100}, {**_destination(dice, hosts), "weight": 0}]
        if dice.chance(0.5):
            routes.reverse()
    elif dice.chance(0.1):
        routes = [{**routes[0], "weight": 1}, {**routes[0], "weight": 3}]
    return routes


def _destination(dice: Dice, hosts: Sequence[str]) -> dict[str, Any]:
    destination: dict[str, Any] = {"host": dice.one(hosts)}
    if dice.chance(0.2):
        destination["port"] = {"number": OWN_PORT}
    if dice.chance(0.8):
        destination["subset"] = dice.one((*SUBSETS, *SUBSETS, "empty", "unknown"))
    route: dict[str, Any] = {"destination": destination}
    if dice.chance(0.2):
        route["headers"] = _with_host(dice, _headers(dice))
    return route


def _rewrite(dice: Dice) -> dict[str, Any]:
    rewrite: dict[str, Any] = {}
    if dice.chance(0.4):
        pattern, text = dice.one(
            (("/(\\w+)/(\\w+)", "/\\2/\\1"), ("[0-9]", "n"), ("^/a", "/z\\0"), ("b*", "-"))
        )
        rewrite["uriRegexRewrite"] = {"match": pattern, "rewrite": "/" + text}
    elif dice.chance(0.8):
        rewrite["uri"] = dice.one(("/", "/new", "/new/"))
    if dice.chance(0.4):
        rewrite["authority"] = "rewritten.example"
    return rewrite or {"uri": "/new"}


def retries(dice: Dice) -> dict[str, Any]:
    """Draw how often, and after what, a request is tried again."""
    drawn: dict[str, Any] = {"attempts": dice.number(0, 2)}
    if drawn["attempts"]:
        drawn["backoff"] = "1ms"
        drawn["retryOn"] = dice.one(_FAILURES)
        if dice.chance(0.3):
            drawn["perTryTimeout"] = "3s"
        if dice.chance(0.3):
            drawn["retryRemoteLocalities"] = dice.chance(0.5)
        if dice.chance(0.3):
            drawn["retryIgnorePreviousHosts"] = dice.chance(0.5)
    return drawn


def _fault(dice: Dice) -> dict[str, Any]:
    share = {"value": dice.one((0, 100, 100))}
    if dice.chance(0.3):
        return {"delay": {"fixedDelay": "0.06s", "percentage": share}}
    if dice.chance(0.5):
        return {
            "abort": {"grpcStatus": dice.one(("UNAVAILABLE", "NOT_FOUND")), "percentage": share}
        }
    return {"abort": {"httpStatus": dice.one((418, 500, 429)), "percentage": share}}


def _by_chance(dice: Dice) -> dict[str, Any]:
    """Draw faults that hit a share of the calls."""
    delay: dict[str, Any] = {"fixedDelay": "0.06s", "percentage": {"value": 50}}
    if dice.chance(0.7):
        delay = {"fixedDelay": "0.06s", "percent": dice.one((0, 40, 100))}
    abort = {"httpStatus": 418, "percentage": {"value": dice.one((12.5, 50))}}
    return dict(dice.one(({"delay": delay}, {"abort": abort}, {"delay": delay, "abort": abort})))


def _headers(dice: Dice) -> dict[str, Any]:
    return {
        side: {
            "set": {f"x-{side}-{name}": "set" for name in dice.some(("a", "b"), 1)},
            "add": {f"x-{side}-{name}": "add" for name in dice.some(("a", "b"), 2)},
            "remove": dice.some(_REMOVED[side], 1),
        }
        for side in dice.some(("request", "response"), 2)
    }


def _with_host(dice: Dice, drawn: dict[str, Any]) -> dict[str, Any]:
    """Sometimes set the host as a header, which is the way of setting it."""
    if "request" in drawn and dice.chance(0.15):
        drawn["request"]["set"]["host"] = "stated.example"
    return drawn


_REMOVED: Mapping[str, Sequence[str]] = {
    "request": ("x-one", "x-two", "x-request-a"),
    "response": ("x-from-also", "x-response-a"),
}
