"""Who we are at a forge, and which repository we speak about."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Account:
    """A repository at the interface below `url`, by its full name, seen with a token.

    `login` is the name under which our comments appear; those of others are never touched, whatever
    they contain. `checks` says whether the token may make check runs, with remarks about lines.
    """

    url: str
    repository: str
    login: str
    token: str = field(repr=False)
    checks: bool = False
