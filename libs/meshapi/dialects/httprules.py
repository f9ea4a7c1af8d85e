"""One RouteRule as one HTTP rule of today."""

from libs.meshapi.dialects import parts
from libs.meshapi.dialects.callers import caller_of
from libs.meshapi.dialects.destinations import Writer
from libs.meshapi.dialects.routerule import MatchCondition, RouteRule
from libs.meshapi.dialects.run import Old, Run
from libs.meshapi.matches import StringMatch
from libs.meshapi.virtualservice import HTTPMatchRequest, HTTPRoute

_EVERY_CALL = (HTTPMatchRequest(), HTTPMatchRequest(uri=StringMatch(prefix="/")))


def http_rule(old: Old[RouteRule], namespace: str, run: Run) -> HTTPRoute | None:
    """Return the rule as a VirtualService of `namespace` has it.

    None when its conditions cannot be said today: a wider rule would be another rule.
    """
    spec = old.object.spec
    match = HTTPMatchRequest() if spec.match is None else _match(old, spec.match, run)
    if match is None:
        return None
    parts.note_what_is_no_more(old, run)
    writer = Writer(old, namespace, run)
    return HTTPRoute(
        name=old.name,
        match=() if match == HTTPMatchRequest() else (match,),
        route=() if spec.redirect is not None else writer.shares(),
        redirect=parts.redirect(spec.redirect),
        rewrite=parts.rewrite(spec.rewrite),
        timeout=parts.timeout(old.object),
        retries=parts.retries(old.object),
        fault=parts.fault(old, run),
        mirror=writer.destination(spec.mirror, {}) if spec.mirror is not None else None,
        cors_policy=parts.cors_policy(spec.cors_policy),
        headers=parts.headers(spec.append_headers),
    )


def takes_everything(rule: HTTPRoute) -> bool:
    """Say whether no rule behind this one is ever asked."""
    return not rule.match or any(one in _EVERY_CALL for one in rule.match)


def _match(old: Old[RouteRule], match: MatchCondition, run: Run) -> HTTPMatchRequest | None:
    for name, connection in (("tcp", match.tcp), ("udp", match.udp)):
        if connection is not None:
            text = f"`{name}` conditions never had an effect, and this rule is left out with them"
            run.lost(old, ("spec", "match", name), text)
            return None
    found = _of_request(old, match, run)
    if match.source is None:
        return found
    caller = caller_of(old, ("spec", "match", "source"), match.source, run)
    if caller is None:
        return None
    labels = dict(sorted(caller.labels.items()))
    return found.model_copy(update={"source_labels": labels, "source_namespace": caller.namespace})


def _of_request(old: Old[RouteRule], match: MatchCondition, run: Run) -> HTTPMatchRequest:
    conditions = dict(match.request.headers) if match.request is not None else {}
    uri = conditions.pop("uri", None)
    if uri is not None and uri.regex is not None:
        text = "the regex was compared with path and query, and today with the path alone"
        run.approximate(old, ("spec", "match"), text)
    return HTTPMatchRequest(
        uri=uri,
        scheme=conditions.pop("scheme", None),
        method=conditions.pop("method", None),
        authority=conditions.pop("authority", None),
        headers=conditions,
    )
