"""The few names that random objects are made of, so that they meet."""

from typing import Any

NAMESPACES = ("default", "other", "istio-system")
NAMES = ("a", "b", "c")
Text = dict[str, Any]
