"""Fields that no call of a run can show, each with the reason."""

from collections.abc import Mapping

_EMPTY: Mapping[str, str] = {}
NOT_SHOWN: Mapping[str, str] = {**_EMPTY}
