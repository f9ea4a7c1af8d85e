"""Limits of talking to a forge, each with its unit."""

from typing import Final

TIMEOUT_S: Final = 20.0
"""Longest silence of a forge."""

REPLY_BYTES_MAX: Final = 16 * 1024 * 1024
"""Longest reply that is read."""

PAGES_MAX: Final = 100
"""Pages of one list that are followed."""

PAGE_ITEMS: Final = 100
"""Items that are asked for on a page; no forge gives more."""

RETRY_S_MAX: Final = 3_600.0
"""Longest wait that a forge may ask for."""

TITLE_CHARS_MAX: Final = 140
"""Longest title of a check: what the strictest forge shows."""

DELIVERY_BYTES_MAX: Final = 25 * 1024 * 1024
"""Longest delivery: what the most generous forge sends."""

DELIVERY_AGE_S_MAX: Final = 300.0
"""Oldest delivery, and the farthest into the future, where deliveries carry a time."""
