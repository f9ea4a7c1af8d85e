"""Fields without a table of expectations: another test shows them, or no call can."""

from collections.abc import Mapping

SHOWN_ELSEWHERE: Mapping[str, str] = {}
NO_CALL_SHOWS: Mapping[str, str] = {}
