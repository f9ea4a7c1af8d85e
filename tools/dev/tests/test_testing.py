"""A whole run of the tests uses every processor."""

from tools.dev.testing import spread


def test_a_whole_run_is_spread_by_files() -> None:
    """Each processor takes files from what is left."""
    assert spread(["--durations=5"], 4)[-1] == "4"
    assert "loadfile" in spread([], 4)


def test_a_named_part_stays_in_one_process() -> None:
    """Starting processes costs more than a few tests; who says how to spread them knows better."""
    assert spread(["libs/kernel", "-q"], 4) == ()
    assert spread(["-n0"], 4) == ()
    assert spread([], 1) == ()
