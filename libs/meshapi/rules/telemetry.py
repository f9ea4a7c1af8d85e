"""Rules of Telemetry."""

from collections.abc import Iterator

from libs.meshapi.problems import Path, Problem
from libs.meshapi.rules.common import alternatives, duration_problem, empty_keys, written
from libs.meshapi.rules.selection import selection
from libs.meshapi.telemetry import MetricOverride, Metrics, Telemetry, Tracing


def check(obj: Telemetry) -> Iterator[Problem]:
    """Check selection, tags, overrides and filters."""
    spec = obj.spec
    yield from selection(spec)
    if len(spec.tracing) > 1:
        text = "only the first item of `tracing` would count; merge them"
        yield Problem(("spec", "tracing", 1), text)
    for index, tracing in enumerate(spec.tracing):
        yield from _tracing(("spec", "tracing", index), tracing)
    for index, metrics in enumerate(spec.metrics):
        yield from _metrics(("spec", "metrics", index), metrics)
    for index, logging in enumerate(spec.access_logging):
        if logging.filter is not None and not logging.filter.expression:
            path = ("spec", "accessLogging", index, "filter")
            yield Problem(path, "the filter is empty; write `expression`, or remove it")


def _tracing(path: Path, tracing: Tracing) -> Iterator[Problem]:
    if len(tracing.providers) > 1:
        yield Problem((*path, "providers", 1), "calls are traced to one provider; keep one of them")
    yield from empty_keys((*path, "customTags"), tracing.custom_tags, "tag")
    for name, tag in tracing.custom_tags.items():
        here = (*path, "customTags", name)
        yield from alternatives(here, tag)
        if not written(tag, *tag.ALTERNATIVES[0]):
            yield Problem(here, "the tag has no value; write `literal`, `environment` or `header`")


def _metrics(path: Path, metrics: Metrics) -> Iterator[Problem]:
    yield from duration_problem(
        (*path, "reportingInterval"), metrics.reporting_interval, zero=False
    )
    for index, override in enumerate(metrics.overrides):
        yield from _override((*path, "overrides", index), override)


def _override(path: Path, override: MetricOverride) -> Iterator[Problem]:
    if override.match is not None:
        yield from alternatives((*path, "match"), override.match)
    yield from empty_keys((*path, "tagOverrides"), override.tag_overrides, "tag")
    for name, tag in override.tag_overrides.items():
        here = (*path, "tagOverrides", name)
        if tag.operation == "UPSERT" and not tag.value:
            yield Problem(here, "operation `UPSERT` needs a `value`; write an expression")
        if tag.operation == "REMOVE" and tag.value:
            text = "operation `REMOVE` takes no `value`; remove it"
            yield Problem((*here, "value"), text, at_key=True)
