"""What people see."""

import io

from rich.console import Console

from tools.demo.display import Display
from tools.demo.figures import StepFigures, table

STEP = StepFigures("1-open", "open it", 81.4, None, 10, 0)


def shown(console_is_terminal: bool) -> str:  # noqa: FBT001
    """Return all that a display writes."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=console_is_terminal, width=100)
    display = Display(console)
    with display.running():
        display.say("1-open: open it")
        display.tick("waiting")
        display.done(STEP)
    return out.getvalue()


def test_without_a_terminal_there_are_plain_lines() -> None:
    """A log gets one line per event and no control characters."""
    assert shown(console_is_terminal=False).splitlines() == [
        "1-open: open it",
        "  1-open: last ACK 81 ms, 10 requests, 0 failed",
    ]


def test_a_terminal_gets_a_table_that_moves() -> None:
    """A terminal gets a picture that is drawn again, with the step's row in it."""
    text = shown(console_is_terminal=True)
    assert "\x1b[" in text
    assert "81" in text


def test_the_table_says_what_was_not_seen() -> None:
    """A time that does not exist is a dash, not a zero."""
    out = io.StringIO()
    Console(file=out, width=100).print(table([STEP]))
    row = next(line for line in out.getvalue().splitlines() if "1-open" in line)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == [
        *("1-open", "open it", "81", "-", "10", "0")
    ]
