"""Entry point of `periplus`: finds the command, turns errors into sentences and exit statuses.

0: fine. 1: the answer is no. 2: the input or the usage is unusable.
"""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from tools.cli.errors import UnusableError
from tools.cli.version import version

USAGE_STATUS = 2
INTERRUPTED_STATUS = 130

COMMANDS = {
    "check": ("tools.cli.check:check", "Check configuration; also called analyze."),
    "compile": ("tools.cli.compiling:compile_proxy", "Print the Envoy resources of one proxy."),
    "convert": ("tools.cli.convert:convert", "Print objects of old dialects as those of today."),
    "crds": ("tools.crds.command:crds", "Print the definitions of our kinds for an API server."),
    "hash": ("tools.cli.hash:hash_files", "Print fingerprints of Envoy resources in files."),
    "explain": ("tools.cli.explain:explain", "Print the way of a call, with file and line."),
    "blame": ("tools.cli.history:blame", "Say which commit last changed the answer to a call."),
    "bisect": ("tools.cli.history:bisect", "Find the commit that changed the answer to a call."),
    "diff": ("tools.cli.diff:diff", "Say which calls two configurations treat differently."),
    "preview": ("tools.cli.preview:preview", "Say what merging a change would do to requests."),
    "render": ("tools.cli.render:render", "Print the objects that one cluster gets."),
    "route": ("tools.cli.route:route", "Tell what a proxy does with a call, and why."),
    "seal": ("tools.cli.sealing:seal", "Seal Secrets, so that a repository may hold them."),
    "seal-key": ("tools.cli.sealing:seal_key", "Make the keys that seal and open Secrets."),
    "plan": ("tools.cli.reconciling:plan", "Say what would be done to clusters."),
    "apply": ("tools.cli.reconciling:apply", "Bring clusters to what they should have."),
    "drift": ("tools.cli.reconciling:drift", "Say what others changed in clusters, and who."),
    "status": ("tools.cli.fleetstate:status", "Show how the fleet stands."),
    "up": ("tools.cli.running:up", "Run all services on this machine."),
    "demo": ("tools.cli.running:demo", "Follow real pushes through a mesh of real Envoys."),
}
"""Where each command lives and what the list of commands says of it; imported when it is used."""

CA_COMMANDS = {
    "init": ("tools.cli.ca:init", "Make a root."),
    "intermediate": ("tools.cli.ca:intermediate", "Make the authority of a cluster."),
    "cacerts": ("tools.cli.ca:print_cacerts", "Print the Secret with a cluster's authority."),
    "issue": ("tools.cli.ca:issue_server", "Make the certificate of a server."),
    "inspect": ("tools.cli.ca:inspect", "Say what certificates are in files."),
    "rotate": ("tools.cli.ca:rotate", "Take the next step of replacing the root."),
    "token": ("tools.cli.ca:join_token", "Print a token by which a host joins once."),
}
"""The commands below `periplus ca`."""

GROUPS = {
    "proxies": (
        "Say what is live on proxies, and what they refused.",
        {
            "list": ("tools.cli.proxies:list_proxies", "List all proxies; what is meant alone."),
            "diff": ("tools.cli.proxies:diff_proxies", "Say what two proxies have unlike."),
            "load": ("tools.cli.proxies:list_loads", "List how much proxies send where."),
            "hosts": ("tools.cli.proxies:list_hosts", "List the hosts that a proxy has loaded."),
        },
    ),
    "cluster": (
        "Join clusters to a mesh.",
        {
            "join": ("tools.cli.clusterjoin:join", "Let a control plane watch another cluster."),
            "stubs": ("tools.cli.clusterjoin:stubs", "Print what lets names resolve here."),
        },
    ),
    "export": (
        "Write down what runs.",
        {
            "facts": ("tools.cli.livefacts:export_facts", "Write down a cluster's services."),
            "calls": ("tools.cli.callfacts:export_calls", "Write down calls, from access logs."),
        },
    ),
    "rollout": (
        "Watch how a change reaches the fleet, and decide.",
        {
            "status": ("tools.cli.rolling:status", "Show how far it is."),
            "history": ("tools.cli.rolling:history", "Show what happened, by whom, and why."),
            "pause": ("tools.cli.rolling:pause", "Let nothing move."),
            "resume": ("tools.cli.rolling:resume", "Go on."),
            "approve": ("tools.cli.rolling:approve", "Agree to the wave that waits."),
            "abort": ("tools.cli.rolling:abort", "Take everything back."),
            "skip": ("tools.cli.rolling:skip", "Do without a gate, or without more soak."),
        },
    ),
}
"""Commands below a word of their own."""


def make_app() -> App:
    """Return the commands. Each lives in a module of its own that is imported when it is used."""
    app = App(
        name="periplus",
        help="A GitOps control plane for service-mesh fleets.",
        version=version,
        result_action="return_value",
    )
    for name, (place, says) in COMMANDS.items():
        app.command(place, name=name, help=says)
    app.command("tools.cli.check:check", name="analyze", help=COMMANDS["check"][1], show=False)
    proxy = App(name="proxy", help="Prepare single proxies.", result_action="return_value")
    proxy.command(
        "tools.cli.bootstrapping:print_bootstrap",
        name="bootstrap",
        help="Print the bootstrap of an Envoy.",
    )
    proxy.command(
        "tools.cli.agent:run_proxy",
        name="run",
        help="Get a workload's identity, serve it to an Envoy, and run that.",
    )
    app.command(proxy)
    authority = App(name="ca", help="Keep a root and what is below.", result_action="return_value")
    for name, (place, says) in CA_COMMANDS.items():
        authority.command(place, name=name, help=says)
    app.command(authority)
    for name, (says, commands) in GROUPS.items():
        group = App(name=name, help=says, result_action="return_value")
        for below, (place, told) in commands.items():
            group.command(place, name=below, help=told)
        app.command(group)
    return app


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        status = make_app()(_spelled_out(arguments), exit_on_error=False, print_error=False)
    except (CycloptsError, UnusableError) as error:
        return _refused(" ".join(str(error).split()))
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output is gone; nobody is left to be told
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED_STATUS
    return status if isinstance(status, int) else 0


def _spelled_out(arguments: list[str]) -> list[str]:
    """Let `proxies` alone, or with options, be its `list`."""
    if arguments[:1] != ["proxies"] or "--help" in arguments or "-h" in arguments:
        return arguments
    listed = len(arguments) == 1 or arguments[1].startswith("-")
    return ["proxies", "list", *arguments[1:]] if listed else arguments


def _refused(sentence: str) -> int:
    """Say why nothing was done."""
    print(f"periplus: {sentence}", file=sys.stderr)
    return USAGE_STATUS
