"""The nearer Telemetry overrides what it says, and nothing else."""

from typing import Any

from libs.compile.telemetries import levels, log_plan, trace_plan
from libs.compile.tests.worlds import sidecar
from libs.envoy.hcm import Side
from libs.meshapi.meshconfig.config import DefaultProviders, MeshConfig
from libs.meshapi.meshconfig.proxy import ProxySettings
from libs.meshapi.meshconfig.tracing import ProxyTracing, TagSource, TracingTag
from libs.meshapi.telemetry import Telemetry

_ROOT = "istio-system"
_DEFAULTS = MeshConfig(
    default_providers=DefaultProviders(tracing=("zipkin",), access_logging=("envoy",))
)


def _telemetry(name: str, namespace: str, **spec: Any) -> Telemetry:
    return Telemetry.model_validate(
        {
            "apiVersion": "telemetry.istio.io/v1",
            "kind": "Telemetry",
            "metadata": {"name": name, "namespace": namespace},
            "spec": spec,
        }
    )


def _tracing(name: str, namespace: str = "default", **tracing: Any) -> Telemetry:
    return _telemetry(name, namespace, tracing=(tracing,))


def test_there_is_at_most_one_of_each_level() -> None:
    """The oldest counts; another namespace's and another workload's do not."""
    selecting = {"selector": {"matchLabels": {"app": "a"}}}
    objects = [
        _telemetry("workload", "default", **selecting),
        _telemetry("second", "default", **selecting),
        _telemetry("other", "default", selector={"matchLabels": {"app": "b"}}),
        _telemetry("namespace", "default"),
        _telemetry("foreign", "elsewhere"),
        _telemetry("mesh", _ROOT),
    ]
    found = levels(objects, sidecar(labels={"app": "a"}), _ROOT)
    assert [one.metadata.name for one in found] == ["mesh", "namespace", "workload"]
    assert [one.metadata.name for one in levels(objects, sidecar(_ROOT), _ROOT)] == ["mesh"]


def test_fields_are_inherited_one_by_one() -> None:
    """A share of the mesh and tags of the namespace hold together."""
    found = [
        _tracing("mesh", _ROOT, randomSamplingPercentage=50, disableSpanReporting=True),
        _tracing("own", disableSpanReporting=False, customTags={"a": {"literal": {"value": "b"}}}),
    ]
    plan = trace_plan(found, Side.OUTBOUND, _DEFAULTS)
    assert (plan.provider, plan.percent, plan.reports) == ("zipkin", 50, True)
    assert list(plan.tags) == ["a"]


def test_a_mode_is_one_side_only() -> None:
    """The other side stays as it was."""
    found = [_tracing("a", match={"mode": "SERVER"}, providers=({"name": "otel"},))]
    plans = [trace_plan(found, side, _DEFAULTS).provider for side in (Side.INBOUND, Side.OUTBOUND)]
    assert plans == ["otel", "zipkin"]
    assert trace_plan(found, Side.GATEWAY, _DEFAULTS).provider == "zipkin"


def _logs(*levels_of: tuple[dict[str, Any], ...]) -> dict[str, str] | None:
    found = [
        _telemetry(str(at), "default", accessLogging=items) for at, items in enumerate(levels_of)
    ]
    plan = log_plan(found, Side.OUTBOUND, _DEFAULTS)
    return dict(plan) if plan is not None else None


def test_logs_go_to_the_providers_of_the_nearest_level_that_names_some() -> None:
    """A filter without providers is for those above; a switched off one leaves the others."""
    named = ({"providers": ({"name": "a"},)}, {"providers": ({"name": "b"},)})
    assert _logs() == {"envoy": ""}
    assert _logs(({"filter": {"expression": "x"}},)) == {"envoy": "x"}
    assert _logs(named) == {"a": "", "b": ""}
    assert _logs(named, ({"providers": ({"name": "c"},)},)) == {"c": ""}
    assert _logs(named, ({"disabled": True},)) == {}
    assert _logs((*named, {"providers": ({"name": "a"},), "disabled": True})) == {"b": ""}


def test_without_a_word_the_meshs_own_file_counts() -> None:
    """That is something else than no log at all."""
    assert log_plan([], Side.OUTBOUND, MeshConfig()) is None


def test_the_meshs_settings_of_proxies_are_the_first_word() -> None:
    """Share, tags and bound of `defaultConfig.tracing` hold where no Telemetry says another."""
    tag = TracingTag(header=TagSource(name="x-user", default_value="nobody"))
    tracing = ProxyTracing(sampling=25.0, custom_tags={"user": tag}, max_path_tag_length=64)
    mesh = MeshConfig(default_config=ProxySettings(tracing=tracing))
    plan = trace_plan([], Side.OUTBOUND, mesh)
    assert (plan.percent, plan.path_characters_max) == (25.0, 64)
    header = plan.tags["user"].header
    assert header is not None
    assert (header.name, header.default_value) == ("x-user", "nobody")
    nearer = _tracing("a", customTags={"a": {"literal": {"value": "b"}}})
    assert list(trace_plan([nearer], Side.OUTBOUND, mesh).tags) == ["a"]
