"""The commands of `./dev`."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.dev import bazel, bench, checks, lock, shell, testing, wheel
from tools.parts import install
from tools.protogen.generate import GenerateError, ensure
from tools.sidewheels.fetch import FetchError

_AGREE = "import sys; from tests.agree.main import main; sys.exit(main(sys.argv[1:]))"
_FUZZ = "import sys; from tests.fuzz.parse import main; sys.exit(main(sys.argv[1:]))"
_SIMULATE = "import sys; from tests.simulation.main import main; sys.exit(main(sys.argv[1:]))"
Run = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what help says of it, and what it does with its arguments."""

    usage: str
    says: str
    run: Run


def main(argv: Sequence[str]) -> int:
    """Run a command and give its exit status; 2 for bad usage or a set-up that cannot be made."""
    name, args = (argv[0], argv[1:]) if argv else ("help", [])
    if name in ("help", "-h", "--help"):
        print(help_text())
        return 0
    if name not in COMMANDS:
        print(f"dev: no command `{name}`; `./dev` lists them.", file=sys.stderr)
        return 2
    try:
        ensure()
    except (GenerateError, FetchError) as error:
        print(f"dev: {error}", file=sys.stderr)
        return 2
    return COMMANDS[name].run(args)


def help_text() -> str:
    """Give the list of commands."""
    lines = [f"  ./dev {c.usage:<22} {c.says}" for c in COMMANDS.values()]
    return "\n".join(["Usage:", *lines])


def _setup(_: Sequence[str]) -> int:
    print("ready")
    return 0


def _fuzz(args: Sequence[str]) -> int:
    if args[:1] != ["parse"]:
        print("dev: fuzz what? Write `./dev fuzz parse`.", file=sys.stderr)
        return 2
    return shell.python("-c", _FUZZ, *args[1:])


COMMANDS = {
    "setup": Command("setup", "make the environment and nothing else", _setup),
    "demo": Command(
        "demo [ARGS]",
        "a mesh of real Envoys, followed from git push to traffic",
        lambda args: shell.python("-m", "tools.cli", "demo", *args),
    ),
    "test": Command("test [PYTEST ARGS]", "all tests, or those named", testing.main),
    "check": Command(
        "check", "format, lint, types, imports, tidy", lambda _: checks.run_all(checks.CHECKS)
    ),
    "fix": Command("fix", "repair what can be repaired", lambda _: checks.run_all(checks.FIXES)),
    "bench": Command("bench [NAME [ARGS]]", "one bench of tests/bench, or all", bench.main),
    "fuzz": Command("fuzz parse [ARGS]", "mutated files against the parser, for a time", _fuzz),
    "agree": Command(
        "agree [--pairs N]",
        "answers of libs/routing against what a real Envoy did",
        lambda args: shell.python("-c", _AGREE, *args),
    ),
    "simulate": Command(
        "simulate NAME [--seed S]",
        "a long random run: `compile` (memos against cold), `envoy`",
        lambda args: shell.python("-c", _SIMULATE, *args),
    ),
    "bazel": Command("bazel [ARGS]", "the libs' unit tests under Bazel, offline", bazel.main),
    "wheel": Command("wheel [FOLDER]", "build the wheel that users install", wheel.main),
    "parts": Command("parts", "get the real parts that tests use", install.main),
    "lock": Command("lock [--upgrade]", "write the lock files anew", lock.main),
    "run": Command(
        "run ARGS",
        "the periplus command from this checkout",
        lambda args: shell.python("-m", "tools.cli", *args),
    ),
}
