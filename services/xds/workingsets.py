"""Which virtual hosts the proxies of a class called so far, so that a new one starts with them."""

from collections.abc import Iterable

from libs.kernel.ids import ClassKey, ResourceName

HOSTS_MAX = 200
CLASSES_MAX = 1_000


class WorkingSets:
    """The last asked hosts by class. What was not asked for the longest time goes first."""

    def __init__(self, *, hosts_max: int = HOSTS_MAX, classes_max: int = CLASSES_MAX) -> None:
        """Start with nothing learned."""
        self._hosts_max = hosts_max
        self._classes_max = classes_max
        self._known: dict[ClassKey, dict[ResourceName, None]] = {}

    def note(self, class_key: ClassKey, names: Iterable[ResourceName]) -> None:
        """Learn that a proxy of a class calls these hosts."""
        hosts = self._known.pop(class_key, {})
        for name in names:
            hosts.pop(name, None)
            hosts[name] = None
        for name in list(hosts)[: -self._hosts_max]:
            del hosts[name]
        self._known[class_key] = hosts
        while len(self._known) > self._classes_max:
            del self._known[next(iter(self._known))]

    def of(self, class_key: ClassKey) -> tuple[ResourceName, ...]:
        """Return the hosts of a class, those asked for last at the end."""
        return tuple(self._known.get(class_key, ()))
