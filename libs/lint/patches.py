"""EnvoyFilters whose patches are none of Envoy's, or change nothing here."""

from collections.abc import Iterator

from libs.compile.patches import value_faults
from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.meshapi.envoyfilter import ConfigPatch, EnvoyFilter


def check(_view: ClusterView, one: Subject[EnvoyFilter]) -> Iterator[Finding]:
    """Find unknown fields and types of values, and patches that no proxy gets."""
    for index, patch in enumerate(one.object.spec.config_patches):
        at: Path = ("spec", "configPatches", index)
        wrong = value_faults(patch)
        for fault in wrong.faults if wrong else ():
            place = (*at, "patch", "value", *fault.path)
            yield report(rules.PATCH, one, place, fault.text)
        reason = _without_effect(patch)
        if reason:
            yield report(rules.WITHOUT_EFFECT, one, (*at, "applyTo"), reason)


CHECKS = (each(EnvoyFilter, check),)


def _without_effect(patch: ConfigPatch) -> str:
    if patch.match is not None and patch.match.context == "WAYPOINT":
        return "there are no waypoints here; the patch has no effect"
    if patch.apply_to == "BOOTSTRAP":
        return (
            "a proxy is started with its bootstrap, which is not served; the patch has no effect "
            "before `periplus proxy bootstrap` is asked again"
        )
    return ""
