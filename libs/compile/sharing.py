"""What views of one world have in common, so that it is made once for all of them."""

from dataclasses import dataclass, field

from libs.compile.comparing import Comparing
from libs.compile.memo import Memo
from libs.compile.proxy import Proxy, ProxyType


@dataclass(slots=True)
class Shared:
    """The views of a world that were made so far.

    A view takes from those what it would make alike: from the last one of its namespace, and from
    the last one of its type. Of two types of proxies nothing is alike.
    """

    comparing: Comparing = field(default_factory=Comparing)
    _memos: dict[tuple[ProxyType, str | None], Memo] = field(default_factory=dict)

    def near(self, proxy: Proxy) -> tuple[Memo, ...]:
        """Return what a view of `proxy` may take from, the nearest first."""
        keys = ((proxy.type, proxy.namespace), (proxy.type, None))
        found = [self._memos[key] for key in keys if key in self._memos]
        return tuple(found[:1] if len(found) > 1 and found[0] is found[1] else found)

    def add(self, proxy: Proxy, memo: Memo) -> None:
        """Note that a view was made."""
        self._memos[proxy.type, proxy.namespace] = memo
        self._memos[proxy.type, None] = memo
