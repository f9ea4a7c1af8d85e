"""A limit that is pushed as an EnvoyFilter holds at a real Envoy; one with a typing error does not.

Everything runs: git, gitwatcher, compiler, frontend and Envoy.
"""

from collections import Counter
from pathlib import Path

from tests.e2e.smallfleet import limited, until
from tests.e2e.stack import Stack, running_stack

_LIMIT = limited(
    "token_bucket: {max_tokens: 3, tokens_per_fill: 3, fill_interval: 3600s}",
    "filter_enabled: {default_value: {numerator: 100}}",
    "filter_enforced: {default_value: {numerator: 100}}",
)
_FILE = "configs/hello/limit.yaml"


def _statuses(stack: Stack, times: int) -> Counter[str]:
    return Counter(stack.load.once()[:4] for _ in range(times))


def _refusal(stack: Stack) -> str:
    """Return the first sentence about the newest commit of the source, empty without one."""
    states = stack.store.sources()
    return next((str(m) for one in states for r in one.refusals for m in r.messages), "")


def test_a_pushed_patch_acts_and_a_wrong_one_changes_nothing(tmp_path: Path, envoy: Path) -> None:
    """Three calls pass; a mistyped field is refused with its line; without the patch all pass."""
    assert envoy.is_file()
    with running_stack(tmp_path) as stack:
        commit = stack.push({_FILE: _LIMIT})
        until(lambda: stack.live_commit() == commit, "the limit is live")
        assert _statuses(stack, 5) == {"v1": 3, "<429": 2}
        stack.push({_FILE: _LIMIT.replace("max_tokens", "max_token")})
        until(lambda: bool(_refusal(stack)), "the wrong patch is refused")
        assert f"{_FILE}:22:" in _refusal(stack)
        assert "did you mean `max_tokens`?" in _refusal(stack)
        assert _statuses(stack, 2) == {"<429": 2}
        commit = stack.push({_FILE: _LIMIT.replace("numerator: 100", "numerator: 0")})
        until(lambda: stack.live_commit() == commit, "the limit is switched off")
        assert _statuses(stack, 5) == {"v1": 5}
