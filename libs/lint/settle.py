"""The largest part of a commit that can be taken without making anything worse.

Only about names and complaints: what a set holds is opaque, and whether a mixture of new and last
good sets is fine is asked from outside. First sets fall back until no new complaint is left, then
those that fell back needlessly return. "Largest" means that no held set could return.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from libs.desired.finding import Finding, Identity
from libs.kernel.ids import SetName, TreeHash


class Content(Protocol):
    """What a set holds at one tree."""

    @property
    def tree(self) -> TreeHash:
        """Equal for equal contents."""
        ...


C = TypeVar("C", bound=Content)
Judge = Callable[[Mapping[SetName, C]], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Settlement(Generic[C]):
    """What can be taken. `held` says for each set that stays behind what taking it would cause.

    `unsettled` is left when nothing of the commit can be taken and the complaint still stands: then
    the cause lies outside of all sets.
    """

    chosen: Mapping[SetName, C]
    findings: tuple[Finding, ...]
    held: Mapping[SetName, tuple[Finding, ...]]
    unsettled: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer(Generic[C]):
    """New and last good contents by set. `broken` sets cannot be taken, whatever the others are."""

    new: Mapping[SetName, C]
    last_good: Mapping[SetName, C]
    broken: Collection[SetName] = ()

    @property
    def changed(self) -> tuple[SetName, ...]:
        """Sets whose contents differ, by name; those that came or went as well."""
        names = sorted(self.new.keys() | self.last_good.keys())
        return tuple(name for name in names if not self._is_same(name))

    def mix(self, held: Collection[SetName]) -> Mapping[SetName, C]:
        """Return the last good contents of the `held` sets, and the new ones of all others."""
        found: dict[SetName, C] = {}
        for name in sorted(self.new.keys() | self.last_good.keys()):
            content = (self.last_good if name in held else self.new).get(name)
            if content is not None:
                found[name] = content
        return found

    def _is_same(self, name: SetName) -> bool:
        new, old = self.new.get(name), self.last_good.get(name)
        return new is not None and old is not None and new.tree == old.tree


def settle(
    offer: Offer[C], judge: Judge[C], known: Callable[[], Collection[Identity]]
) -> Settlement[C]:
    """Choose for every set between its new and its last good contents.

    `known` gives the complaints that the last good state has already; it is asked only if there are
    any at all. They hold back the sets that they are about, and no others.
    """
    bench = _Bench(offer, judge, known)
    held = bench.fallen(frozenset(offer.broken))
    if held is None:
        everything = frozenset(offer.changed)
        verdict = bench.judged(everything)
        return Settlement(
            offer.mix(everything), verdict, dict.fromkeys(offer.broken, ()), bench.bad(everything)
        )
    held = bench.returned(held)
    reasons = {
        name: () if name in offer.broken else bench.bad(held - {name}) for name in sorted(held)
    }
    return Settlement(offer.mix(held), bench.judged(held), reasons)


class _Bench(Generic[C]):
    """Asks the judge about mixtures, each once."""

    def __init__(
        self, offer: Offer[C], judge: Judge[C], known: Callable[[], Collection[Identity]]
    ) -> None:
        self._offer = offer
        self._judge = judge
        self._known = known
        self._changed = frozenset(offer.changed)
        self._judged: dict[frozenset[SetName], tuple[Finding, ...]] = {}
        self._known_now: frozenset[Identity] | None = None

    def judged(self, held: Iterable[SetName]) -> tuple[Finding, ...]:
        """Return what the judge says when `held` stay at their last good contents."""
        key = frozenset(held) & self._changed
        if key not in self._judged:
            self._judged[key] = tuple(self._judge(self._offer.mix(key)))
        return self._judged[key]

    def bad(self, held: frozenset[SetName]) -> tuple[Finding, ...]:
        """Return the errors that forbid this mixture: new ones, and any of a set that is taken."""
        taken = self._changed - held
        errors = [one for one in self.judged(held) if one.is_error]
        return tuple(one for one in errors if taken & set(one.sets) or self._is_new(one))

    def fallen(self, held: frozenset[SetName]) -> frozenset[SetName] | None:
        """Let sets fall back until the mixture is fine; None when it never is."""
        while bad := self.bad(held):
            taken = self._changed - held
            if not taken:
                return None
            culprits = {name for one in bad for name in one.sets if name in taken}
            held = held | (culprits or self._blamed(held, bad) or taken)
        return held

    def returned(self, held: frozenset[SetName]) -> frozenset[SetName]:
        """Let sets return that fell back needlessly: all together, else one by one."""
        able = frozenset(held) - frozenset(self._offer.broken)
        if len(able) > 1 and not self.bad(held - able):
            return held - able
        before = None
        while before != held:
            before = held
            for name in sorted(able & held):
                if not self.bad(held - {name}):
                    held = held - {name}
        return held

    def _blamed(self, held: frozenset[SetName], bad: Sequence[Finding]) -> frozenset[SetName]:
        """Find a set without which one of the complaints would not be there, by halving.

        None when the complaints stay with every set held.
        """
        names = sorted(self._changed - held)
        complaints = frozenset().union(*(one.identities for one in bad))

        def cleared(count: int) -> bool:
            left = self.bad(held | frozenset(names[:count]))
            return not complaints <= frozenset().union(*(one.identities for one in left))

        if not cleared(len(names)):
            return frozenset()
        low, high = 0, len(names)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if cleared(middle) else (middle, high)
        return frozenset({names[high - 1]})

    def _is_new(self, one: Finding) -> bool:
        if self._known_now is None:
            self._known_now = frozenset(self._known())
        return not one.identities <= self._known_now
