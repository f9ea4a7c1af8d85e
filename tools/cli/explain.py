"""`periplus explain`: the way of one call, step by step, each with file and line."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Parameter

from libs.compile.proxy import Proxy, ProxyError
from libs.compile.snapshot import Compiled, CompileError, compile_snapshot
from libs.compile.world import World
from libs.kernel import xds
from libs.kernel.ids import ResourceName, TypeUrl
from libs.routediff.origins import Changes, origin_of
from libs.routediff.readable import place
from libs.routing.call import Call
from libs.routing.decision import Decision, Verdict, decision_json
from libs.routing.evaluate import evaluate
from libs.routing.resources import from_snapshot
from tools.cli import calling
from tools.cli.compiling import world_and_changes
from tools.cli.errors import UnusableError
from tools.cli.output import Format, write_json, write_lines
from tools.cli.proxyoption import read_proxy
from tools.cli.sources import PathArgument


@dataclass(frozen=True, slots=True)
class Explained:
    """An answer, and the objects behind each step of its way."""

    decision: Decision
    steps: tuple[dict[str, Any], ...]


def explain(
    *words: PathArgument,
    proxy: str,
    call: str = "",
    header: Annotated[tuple[str, ...], Parameter(name=["--header", "-H"])] = (),
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.TEXT,
) -> int:
    """Print the way of a call through a proxy: every step, and the objects that made it.

    Exit status 1 when the call is refused or not decided.

    Parameters
    ----------
    words
        Files, directories, - or REPO@REV; then, instead of --call, a method and a URL.
    proxy
        The proxy as JSON, or a file that holds it.
    call
        The call as JSON.
    header
        A header `name: value` of the call that a URL describes; may be repeated.
    output
        text or json.
    """
    described = read_proxy(proxy)
    paths, wanted = calling.single(words, call, header, described)
    found = explained(world_and_changes(paths, described), described, wanted)
    if output is Format.JSON:
        write_json({**decision_json(found.decision), "steps": list(found.steps)})
    else:
        write_lines(*lines(found))
    return 1 if found.decision.verdict in (Verdict.REFUSE, Verdict.NOT_DECIDED) else 0


def explained(read: tuple[World, Changes], proxy: Proxy, call: Call) -> Explained:
    """Follow a call in a world that is read with its changes.

    Raises UnusableError when there is no view.
    """
    world, changes = read
    try:
        compiled = compile_snapshot(world, proxy)
    except (CompileError, ProxyError) as error:
        raise UnusableError(str(error)) from error
    decision = evaluate(from_snapshot(compiled.snapshot), call)
    decision.origin = origin_of(world, compiled, decision, changes)
    return Explained(decision, tuple(_steps(compiled, decision)))


def _steps(compiled: Compiled, decision: Decision) -> Iterator[dict[str, Any]]:
    if decision.listener is not None:
        yield _step("listener", decision.listener, compiled, xds.LISTENER)
    if decision.filter_chain is not None:
        yield {"step": "filter chain", "name": decision.filter_chain, "origins": []}
    if decision.route_config is not None:
        yield {"step": "route configuration", "name": decision.route_config, "origins": []}
    if decision.virtual_host is not None:
        origins = [decision.origin] if decision.origin is not None else []
        yield {"step": "virtual host", "name": decision.virtual_host, "origins": origins}
    if decision.route is not None:
        yield {"step": "route", "name": decision.route, "origins": []}
    for one in decision.clusters:
        yield _step("cluster", one.name, compiled, xds.CLUSTER)


def _step(step: str, name: str, compiled: Compiled, kind: TypeUrl) -> dict[str, Any]:
    sources = compiled.origins.get((kind, ResourceName(name)), ())
    origins = [
        {
            "file": origin.file,
            "line": origin.line,
            "kind": key.kind,
            "namespace": key.namespace,
            "name": key.name,
        }
        for key, origin in sources
    ]
    return {"step": step, "name": name, "origins": origins}


def lines(found: Explained) -> Iterator[str]:
    """Yield the steps for people, the outcome last."""
    for one in found.steps:
        yield f"{one['step']}: {one['name'] or '(without a name)'}"
        yield from (f"    {place(origin)}" for origin in one["origins"])
    decision = found.decision
    yield f"{decision.verdict}: {decision.error or decision.undecided or _ends(decision)}"


def _ends(decision: Decision) -> str:
    """Say where a call ends up."""
    action = decision.action
    if action is not None and action.redirect is not None:
        return f"{action.redirect.status} {action.redirect.location}"
    if action is not None and action.direct_response is not None:
        return str(action.direct_response.status)
    ends = (
        f"{at.address}:{at.port} of {one.name}" for one in decision.clusters for at in one.endpoints
    )
    return ", ".join(ends) or ", ".join(one.name for one in decision.clusters)
