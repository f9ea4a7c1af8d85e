"""How a text is matched, as Istio writes it."""

from libs.meshapi.base import Model


class StringMatch(Model):
    """Exactly one of exact, prefix and regex (RE2, whole text); none of them: present at all."""

    exact: str | None = None
    prefix: str | None = None
    regex: str | None = None
