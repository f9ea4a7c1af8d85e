"""Whole reports in a folder, each under its plan's hash; the newest ones stay."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from libs.kernel.ids import PlanHash
from libs.kernel.looperrors import TransientError
from libs.routediff.comment import Found, title

PAGES_MAX: Final = 1_000
"""Reports that stay in the folder."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Where reports are written, and the address under which people find them."""

    folder: Path
    url: str

    def put(self, plan: PlanHash, found: Found) -> str:
        """Write a report and return its address. Raises TransientError when the disk is full."""
        content = {
            "title": title(found),
            "messages": [str(one) for one in found.messages],
            "content": found.content,
        }
        target = self.folder / f"{plan}.json"
        scratch = target.with_suffix(".new")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            scratch.write_text(json.dumps(content), encoding="utf-8")
            scratch.replace(target)
            self._tidy()
        except OSError as error:
            raise TransientError(f"a report cannot be written: {error.strerror}") from error
        return f"{self.url.rstrip('/')}/{plan}"

    def _tidy(self) -> None:
        """Drop the oldest reports beyond the limit."""
        known = sorted(self.folder.glob("*.json"), key=lambda one: one.stat().st_mtime)
        for one in known[:-PAGES_MAX]:
            one.unlink(missing_ok=True)
