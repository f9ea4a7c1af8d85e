"""Which effect a difference has."""

import pytest

from libs.kernel.effectclasses import EffectClass
from libs.routediff.classes import Difference, effect_of


@pytest.mark.parametrize(
    ("facets", "answered", "answers", "effect"),
    [
        ({"destinations"}, True, True, EffectClass.MOVED),
        ({"destinations"}, True, False, EffectClass.CLOSED),
        ({"kind"}, False, True, EffectClass.OPENED),
        ({"weights", "timeout"}, True, True, EffectClass.WEIGHTS),
        ({"retries", "timeout"}, True, True, EffectClass.RESILIENCE_ONLY),
        ({"timeout", "upstream tls"}, True, True, EffectClass.SECURITY),
        ({"filter envoy.filters.http.rbac"}, True, False, EffectClass.SECURITY),
        ({"fault"}, True, True, EffectClass.MOVED),
    ],
)
def test_the_gravest_effect_counts(
    facets: set[str],
    effect: EffectClass,
    *,
    answered: bool,
    answers: bool,
) -> None:
    """Security comes first, then whether anybody answers, then where to, then how."""
    assert effect_of(frozenset(facets), answered=answered, answers=answers) is effect


def test_no_classes_have_no_counts() -> None:
    """A difference without classes lists no effect."""
    assert Difference((), ()).counts == {}
