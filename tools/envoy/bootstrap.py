"""What every bootstrap gets here, whoever wrote it: an admin interface on a free loopback port."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_ADMIN = {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}}


def parsed(config: Mapping[str, Any] | str) -> dict[str, Any]:
    """Give a bootstrap as a dictionary; text is YAML or JSON. ValueError when it is no mapping."""
    value = yaml.safe_load(config) if isinstance(config, str) else config
    if not isinstance(value, Mapping):
        raise ValueError("The bootstrap is no mapping; it starts with keys such as `node:`.")  # noqa: TRY004 - the text is wrong, not the caller's type
    return dict(value)


def write(config: Mapping[str, Any] | str, path: Path) -> None:
    """Write a bootstrap as JSON, with an admin interface where it names none."""
    path.write_text(json.dumps({"admin": _ADMIN, **parsed(config)}), encoding="utf-8")
