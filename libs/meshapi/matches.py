"""How a text is matched, as Istio writes it."""

from typing import ClassVar

from libs.meshapi.base import Alternatives, Model


class StringMatch(Model):
    """Exactly one of exact, prefix and regex (RE2, whole text); none of them: present at all."""

    ALTERNATIVES: ClassVar[Alternatives] = (("exact", "prefix", "regex"),)

    exact: str | None = None
    prefix: str | None = None
    regex: str | None = None
