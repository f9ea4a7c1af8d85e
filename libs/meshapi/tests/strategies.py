"""Random valid objects, as users could write them."""

from typing import Any

from hypothesis import strategies as st

_NAMES = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
_TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
_DURATIONS = st.sampled_from(["1ms", "0.25s", "90s", "1h1m1s", "1500ms", "3m"])
_PERCENT = st.fixed_dictionaries({"value": st.integers(0, 100) | st.floats(0, 100)})


def _some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def _string_match() -> st.SearchStrategy[dict[str, str]]:
    kinds = st.sampled_from(["exact", "prefix", "regex"])
    return st.dictionaries(kinds, _TEXTS, min_size=1, max_size=1)


def _match() -> st.SearchStrategy[dict[str, Any]]:
    return _some(
        uri=_string_match(),
        headers=st.dictionaries(_TEXTS, _string_match(), max_size=3),
        ignoreUriCase=st.booleans(),
        port=st.integers(1, 65535),
        sourceLabels=st.dictionaries(_NAMES, _NAMES, max_size=2),
    )


def _destination() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"destination": st.fixed_dictionaries({"host": _NAMES}, optional={"subset": _NAMES})},
        optional={"headers": _headers()},
    ).flatmap(lambda one: st.integers(1, 100).map(lambda weight: one | {"weight": weight}))


def _headers() -> st.SearchStrategy[dict[str, Any]]:
    values = st.dictionaries(_TEXTS, _TEXTS, max_size=2)
    return _some(request=_some(set=values, add=values, remove=st.lists(_TEXTS, max_size=2)))


def _rule() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"route": st.lists(_destination(), min_size=1, max_size=3)},
        optional={
            "name": _TEXTS,
            "match": st.lists(_match(), max_size=2),
            "timeout": _DURATIONS,
            "retries": st.fixed_dictionaries(
                {"attempts": st.integers(1, 9)}, optional={"perTryTimeout": _DURATIONS}
            ),
            "fault": st.fixed_dictionaries(
                {"delay": st.fixed_dictionaries({"fixedDelay": _DURATIONS, "percentage": _PERCENT})}
            ),
            "headers": _headers(),
        },
    )


def virtual_services() -> st.SearchStrategy[dict[str, Any]]:
    """Return valid VirtualServices whose texts hold any character."""
    return st.fixed_dictionaries(
        {
            "apiVersion": st.sampled_from(
                [f"networking.istio.io/{version}" for version in ("v1", "v1beta1", "v1alpha3")]
            ),
            "kind": st.just("VirtualService"),
            "metadata": st.fixed_dictionaries(
                {"name": _NAMES},
                optional={
                    "namespace": _NAMES,
                    "labels": st.dictionaries(_NAMES, _NAMES, max_size=3),
                    "annotations": st.dictionaries(_NAMES, _TEXTS, max_size=2),
                },
            ),
            "spec": st.fixed_dictionaries(
                {
                    "hosts": st.lists(_NAMES, min_size=1, max_size=3),
                    "http": st.lists(_rule(), min_size=1, max_size=3),
                },
                optional={"gateways": st.lists(_NAMES, max_size=2)},
            ),
        }
    )
