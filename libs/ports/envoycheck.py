"""Envoy as a judge of configuration, without traffic."""

from collections.abc import Mapping
from typing import Any, Protocol


class EnvoyCheck(Protocol):
    """Says whether Envoy would take a bootstrap."""

    def refusal(self, bootstrap: Mapping[str, Any]) -> str | None:
        """Return in Envoy's words why it refuses; None when it takes it.

        Raises:
            TransientError: Envoy could not be asked.
        """
        ...
