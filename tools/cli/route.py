"""`periplus route`: what an Envoy with this configuration does with a call, and who decided it."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
from cyclopts import Parameter

from libs.compile.proxy import Proxy, ProxyError
from libs.compile.snapshot import Compiled, CompileError, compile_snapshot
from libs.compile.world import World
from libs.routediff.origins import origin_of
from libs.routing.call import Call
from libs.routing.decision import Decision, Verdict, decision_json
from libs.routing.dump import DumpError, from_dump
from libs.routing.evaluate import evaluate
from libs.routing.resources import Resources, from_snapshot
from tools.cli import calling
from tools.cli.compiling import Changes, world_and_changes
from tools.cli.errors import UnusableError
from tools.cli.meshoption import Mesh, read_mesh
from tools.cli.output import Format, write_json, write_lines
from tools.cli.proxyoption import read_proxy
from tools.cli.sources import PathArgument

CALLS_BYTES_MAX = 256 * 1024 * 1024
Answer = Callable[[Call], Decision]


def route(  # noqa: PLR0913 - one parameter for each option of a user
    *words: PathArgument,
    proxy: str = "",
    call: str = "",
    calls: Annotated[str, Parameter(allow_leading_hyphen=True)] = "",
    envoy: str = "",
    mode: str = "",
    header: Annotated[tuple[str, ...], Parameter(name=["--header", "-H"])] = (),
    mesh_config: str = "",
    mesh_networks: str = "",
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.JSON,
) -> int:
    """Print what a proxy does with a call: listener, route, clusters, action, origin.

    Parameters
    ----------
    words
        Files, directories, - or REPO@REV; then, instead of --call, a method and a URL.
    proxy
        The proxy as JSON, or a file that holds it.
    call
        The call as JSON.
    calls
        A file of calls, one JSON object in each line, or - for standard input; answers come alike.
    envoy
        A config dump of an Envoy, with endpoints, instead of paths and a proxy.
    mode
        Side of the call that a URL describes: outbound, inbound or gateway; else by the proxy.
    header
        A header `name: value` of the call that a URL describes; may be repeated.
    mesh_config
        A file with Istio's MeshConfig; its fields stand in for those of the Fleet.
    mesh_networks
        A file with Istio's MeshNetworks.
    output
        json for everything, text for one line.
    """
    paths, method_and_url = calling.split(words)
    if sum(map(bool, (call, calls, method_and_url))) != 1:
        raise UnusableError("give exactly one of --call, --calls and METHOD URL")
    described = read_proxy(proxy) if proxy else None
    mesh = read_mesh(mesh_config, mesh_networks).usable()
    if method_and_url:
        wanted = calling.from_url(method_and_url, header, mode or calling.usual_mode(described))
        return _one(_answers(paths, described, envoy, mesh), wanted, output)
    if header or mode:
        raise UnusableError("-H and --mode go with METHOD URL; --call has fields for them")
    if call:
        wanted = calling.from_json(call, "--call")
        return _one(_answers(paths, described, envoy, mesh), wanted, output)
    return _many(_answers(paths, described, envoy, mesh), calls)


def _answers(paths: Sequence[str], proxy: Proxy | None, envoy: str, mesh: Mesh) -> Answer:
    """Return what answers calls: a config dump, or a view that is compiled once."""
    if envoy:
        if paths or proxy is not None:
            raise UnusableError("--envoy stands instead of paths and --proxy")
        foreign = _read_dump(envoy)
        return lambda call: evaluate(foreign, call)
    if proxy is None:
        raise UnusableError("name the proxy with --proxy, or a config dump with --envoy")
    world, changes = world_and_changes(paths, proxy, mesh)
    try:
        compiled = compile_snapshot(world, proxy)
    except (CompileError, ProxyError) as error:
        raise UnusableError(f"{', '.join(paths)}: {error}") from error
    return _of_compiled(world, compiled, changes)


def _of_compiled(world: World, compiled: Compiled, changes: Changes) -> Answer:
    resources = from_snapshot(compiled.snapshot)

    def answer(call: Call) -> Decision:
        decision = evaluate(resources, call)
        decision.origin = origin_of(world, compiled, decision, changes)
        return decision

    return answer


def _read_dump(name: str) -> Resources:
    try:
        return from_dump(Path(name).read_bytes())
    except OSError as error:
        raise UnusableError(f"--envoy {name}: {error.strerror}") from error
    except DumpError as error:
        raise UnusableError(f"--envoy {name}: {error}") from error


def _one(answer: Answer, call: Call, output: Format) -> int:
    decision = answer(call)
    plain = decision_json(decision)
    if output is Format.JSON:
        write_json(plain)
    else:
        write_lines(_line(plain))
    return 1 if decision.verdict in (Verdict.REFUSE, Verdict.NOT_DECIDED) else 0


def _line(plain: Mapping[str, Any]) -> str:
    """Say in one line what becomes of a call."""
    clusters = " ".join(f"{one['name']}={one['weight']}" for one in plain["clusters"] or ())
    steps = (plain[name] for name in ("listener", "route_config", "virtual_host", "route"))
    way = " > ".join(str(step) for step in steps if step is not None)
    return f"{plain['verdict']} {plain['error'] or clusters} ({way})".replace("  ", " ")


def _many(answer: Answer, name: str) -> int:
    """Answer line by line; the exit status is 1 when one call is refused or not decided."""
    refused = False
    for number, line in _lines(name):
        decision = answer(calling.from_json(line, f"{name}:{number}"))
        refused |= decision.verdict in (Verdict.REFUSE, Verdict.NOT_DECIDED)
        sys.stdout.write(orjson.dumps(decision_json(decision)).decode() + "\n")
    return 1 if refused else 0


def _lines(name: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something, with their numbers."""
    try:
        if name == "-":
            text = sys.stdin.read(CALLS_BYTES_MAX)
        elif Path(name).stat().st_size > CALLS_BYTES_MAX:
            raise UnusableError(f"--calls {name}: larger than {CALLS_BYTES_MAX} bytes; split it")
        else:
            text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableError(f"--calls {name}: {error}") from error
    yield from ((at, line) for at, line in enumerate(text.splitlines(), 1) if line.strip())
