"""Programs that no proxy can get."""

from collections.abc import Iterator

from libs.compile.plugins import NOT_FETCHED
from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.subject import Subject, report
from libs.meshapi.trafficextension import TrafficExtension
from libs.meshapi.wasmplugin import WasmPlugin

_FILE = "file://"


def check(_view: ClusterView, one: Subject[WasmPlugin]) -> Iterator[Finding]:
    """Find modules that would have to be fetched."""
    if not one.object.spec.url.startswith(_FILE):
        yield report(rules.WITHOUT_EFFECT, one, ("spec", "url"), NOT_FETCHED)


def check_extension(_view: ClusterView, one: Subject[TrafficExtension]) -> Iterator[Finding]:
    """Find the same in extensions."""
    wasm = one.object.spec.wasm
    if wasm is not None and not wasm.url.startswith(_FILE):
        yield report(rules.WITHOUT_EFFECT, one, ("spec", "wasm", "url"), NOT_FETCHED)


CHECKS = (each(WasmPlugin, check), each(TrafficExtension, check_extension))
