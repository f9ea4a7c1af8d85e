"""`./dev bench`: runs modules of tests/bench, each in a process of its own."""

import sys
from collections.abc import Iterator, Sequence

from tools.dev import shell

_RUN = "import sys; from tests.bench.{name} import main; sys.exit(main(sys.argv[1:]))"


def main(args: Sequence[str]) -> int:
    """Run the one that is named with its arguments; or list and run all, 1 when one is not ok."""
    names = list(benches())
    if not args:
        print(f"benches: {', '.join(names) or 'none'}", flush=True)
        return max((_run(name, ()) for name in names), default=0)
    name = args[0].replace("-", "_")
    if name not in names:
        print(f"dev: no bench `{args[0]}`; there are: {', '.join(names)}.", file=sys.stderr)
        return 2
    return _run(name, args[1:])


def benches() -> Iterator[str]:
    """Give the modules of tests/bench that can be run: those that define `main`."""
    for path in sorted((shell.ROOT / "tests" / "bench").glob("[a-z]*.py")):
        if "\ndef main(" in path.read_text(encoding="utf-8"):
            yield path.stem


def _run(name: str, args: Sequence[str]) -> int:
    return shell.python("-c", _RUN.format(name=name), *args)
