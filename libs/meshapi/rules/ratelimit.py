"""Rules of RateLimit."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from libs.meshapi.durations import format_duration
from libs.meshapi.matches import StringMatch
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.ratelimit import CountedBy, Limit, Rate, RateLimit, RequestMatch
from libs.meshapi.rules.common import alternatives, duration_problem, listing, unique, written
from libs.meshapi.rules.selection import selection

_STATUSES = frozenset(
    {*range(400, 418), *range(421, 425), 426, 428, 429, 431, *range(500, 509), 510, 511}
)
"""What Envoy can answer with."""

_REFILL_MIN = timedelta(milliseconds=50)


def check(obj: RateLimit) -> Iterator[Problem]:
    """Check the selection, and each limit by itself."""
    spec = obj.spec
    yield from selection(spec)
    yield from unique(("spec", "ports"), spec.ports, "", "port")
    if not spec.limits:
        yield Problem(("spec", "limits"), "nothing is limited; write at least one item")
    yield from unique(("spec", "limits"), [one.name for one in spec.limits], "name", "limit")
    for index, limit in enumerate(spec.limits):
        yield from _limit(("spec", "limits", index), limit)


def _limit(path: Path, limit: Limit) -> Iterator[Problem]:
    yield from _rate(path, limit)
    yield from _match((*path, "match"), limit.match)
    if limit.response.status not in _STATUSES:
        text = f"Envoy cannot answer with {limit.response.status}; write `429` or `503`"
        yield Problem((*path, "response", "status"), text)
    yield from unique((*path, "by"), [one.name for one in limit.by], "name", "part")
    for index, part in enumerate(limit.by):
        yield from _part((*path, "by", index), part)
    for index, override in enumerate(limit.overrides):
        here = (*path, "overrides", index)
        yield from _rate(here, override)
        yield from _values((*here, "values"), override.values, limit.by)


def _rate(path: Path, rate: Rate) -> Iterator[Problem]:
    """Envoy refills at most twenty times a second."""
    if timedelta(0) < rate.per < _REFILL_MIN:
        text = (
            f"`{format_duration(rate.per)}` is too short; write at least `50ms` and more requests"
        )
        yield Problem((*path, "per"), text)
    else:
        yield from duration_problem((*path, "per"), rate.per, zero=False)


def _match(path: Path, match: RequestMatch) -> Iterator[Problem]:
    lists: Mapping[str, Sequence[StringMatch]] = {"paths": match.paths, "hosts": match.hosts}
    for name, texts in lists.items():
        for index, text in enumerate(texts):
            yield from _pattern((*path, name, index), text, must_say=True)
    for name, headers in (
        ("headers", match.headers),
        ("withoutHeaders", match.without_headers),
    ):
        for key, text in headers.items():
            yield from _pattern((*path, name, key), text, must_say=False)


def _pattern(path: Path, text: StringMatch, *, must_say: bool) -> Iterator[Problem]:
    """A header's match may say nothing: then the header is there at all."""
    yield from alternatives(path, text)
    if must_say and not written(text, *text.ALTERNATIVES[0]):
        yield Problem(path, "this matches nothing; write `exact`, `prefix` or `regex`")


def _part(path: Path, part: CountedBy) -> Iterator[Problem]:
    yield from alternatives(path, part)
    if not written(part, *part.ALTERNATIVES[0]):
        text = "nothing is counted by this; write `header`, `queryParameter` or `sourceAddress`"
        yield Problem(path, text)
    if part.source_address and part.default is not None:
        text = "every request has a source address; remove `default`"
        yield Problem((*path, "default"), text, at_key=True)


def _values(path: Path, values: Mapping[str, str], parts: Sequence[CountedBy]) -> Iterator[Problem]:
    sources = {one.name: one for one in parts}
    for name, value in values.items():
        if name not in sources:
            known = f"write {listing(list(sources), 'or')}" if sources else "write `by` first"
            yield Problem((*path, name), f"no part is named {quoted(name)}; {known}", at_key=True)
        elif not value:
            yield Problem((*path, name), "an empty value is no value; write it")
        elif sources[name].source_address:
            text = "addresses all have one rate; count by a header to give some another"
            yield Problem((*path, name), text, at_key=True)
