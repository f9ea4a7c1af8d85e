"""A hook: JSON about the rollout goes out, `{"verdict": "Successful", "reason": ""}` comes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from libs.adapters.gates.door import Door
from libs.kernel.rollouts import Verdict
from libs.ports.gates import GateError

_OK: Final = 200
_TEXT_CHARS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class HttpHooks:
    """`Hooks` over HTTP."""

    door: Door

    def verdict(
        self, url: str, told: Mapping[str, object], timeout_s: float
    ) -> tuple[Verdict, str]:
        """Post to the service; every status but 200 is an error."""
        status, content = self.door.ask("POST", url, timeout_s, content=told)
        if status != _OK:
            raise GateError(f"{url} answered {status}")
        said = content.get("verdict") if isinstance(content, dict) else None
        if said not in set(Verdict):
            known = ", ".join(one.value for one in Verdict)
            raise GateError(f"{url} says none of {known}")
        return Verdict(said), str(content.get("reason", ""))[:_TEXT_CHARS_MAX]
