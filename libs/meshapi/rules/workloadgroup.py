"""Rules of WorkloadGroup and ProxyConfig."""

from collections.abc import Iterator

from libs.meshapi.problems import Path, Problem
from libs.meshapi.proxyconfig import ProxyConfig
from libs.meshapi.rules import serviceentry
from libs.meshapi.rules.common import alternatives, empty_keys
from libs.meshapi.rules.selection import labels, selection
from libs.meshapi.workloadgroup import ReadinessProbe, WorkloadGroup


def check(obj: WorkloadGroup) -> Iterator[Problem]:
    """Check labels, the template, and that the probe is one."""
    spec = obj.spec
    if spec.metadata is not None:
        yield from labels(("spec", "metadata", "labels"), spec.metadata.labels)
    yield from serviceentry.workload(("spec", "template"), spec.template, template=True)
    if spec.probe is not None:
        yield from probe(("spec", "probe"), spec.probe)


def probe(path: Path, value: ReadinessProbe) -> Iterator[Problem]:
    """Check that a probe asks in one way."""
    yield from alternatives(path, value)
    if value.exec is not None and not value.exec.command:
        yield Problem((*path, "exec", "command"), "the command is empty; write the program")
    if value.http_get is not None:
        for index, header in enumerate(value.http_get.http_headers):
            if not header.name:
                here = (*path, "httpGet", "httpHeaders", index)
                yield Problem(here, "a header has no name; write `name`")


def check_proxy(obj: ProxyConfig) -> Iterator[Problem]:
    """Check the selector and the names of variables."""
    yield from selection(obj.spec)
    path: Path = ("spec", "environmentVariables")
    yield from empty_keys(path, obj.spec.environment_variables, "variable")
