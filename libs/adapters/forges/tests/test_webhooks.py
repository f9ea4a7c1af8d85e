"""Deliveries: what is genuine wakes somebody, everything else has no effect."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.adapters.forges import webhooks
from libs.adapters.forges.webhooks import (
    Concern,
    Delivery,
    Endpoint,
    ForgeKind,
    Headers,
    RefusedError,
    read,
)

_NOW_S = 1_800_000_000.0
_SECRET = "a secret of the tests"
_KEY = b"k" * 32
_SIGNING = "whsec_" + base64.b64encode(_KEY).decode()
_JSON = ("content-type", "application/json; charset=utf-8")
_BODY = json.dumps({"repository": {"full_name": "fleet/configs"}}).encode()
_PROJECT = json.dumps({"project": {"path_with_namespace": "fleet/configs"}}).encode()


def _hex(body: bytes, algorithm: str = "sha256") -> str:
    return hmac.new(_SECRET.encode(), body, algorithm).hexdigest()


def _github(body: bytes = _BODY, event: str = "pull_request") -> Headers:
    return (
        _JSON,
        ("x-github-event", event),
        ("x-github-delivery", "d-1"),
        ("x-hub-signature", f"sha1={_hex(body, 'sha1')}"),
        ("x-hub-signature-256", f"sha256={_hex(body)}"),
    )


def _gitlab(_: bytes = _PROJECT, event: str = "Merge Request Hook") -> Headers:
    return (
        _JSON,
        ("x-gitlab-event", event),
        ("x-gitlab-event-uuid", "d-1"),
        ("x-gitlab-token", _SECRET),
    )


def _gitlab_signed(body: bytes = _PROJECT, at_s: float = _NOW_S) -> Headers:
    stamp = str(int(at_s))
    digest = hmac.digest(_KEY, f"d-1.{stamp}.".encode() + body, hashlib.sha256)
    return (
        _JSON,
        ("x-gitlab-event", "Merge Request Hook"),
        ("webhook-id", "d-1"),
        ("webhook-timestamp", stamp),
        ("webhook-signature", f"v1,b3RoZXI= v1,{base64.b64encode(digest).decode()}"),
    )


def _gitea(body: bytes = _BODY, event: str = "pull_request_sync") -> Headers:
    return (
        _JSON,
        ("x-github-event", "push"),
        ("x-gitea-event", event),
        ("x-gitea-delivery", "d-1"),
        ("x-gitea-signature", _hex(body)),
    )


def _bitbucket(body: bytes = _BODY, event: str = "pullrequest:updated") -> Headers:
    return (
        _JSON,
        ("x-event-key", event),
        ("x-request-uuid", "d-1"),
        ("x-hub-signature", f"sha256={_hex(body)}"),
    )


_FORGES: dict[ForgeKind, tuple[Callable[..., Headers], bytes]] = {
    ForgeKind.GITHUB: (_github, _BODY),
    ForgeKind.GITLAB: (_gitlab, _PROJECT),
    ForgeKind.GITEA: (_gitea, _BODY),
    ForgeKind.BITBUCKET: (_bitbucket, _BODY),
}


def _read(kind: ForgeKind, headers: Headers, body: bytes, secret: str = _SECRET) -> Delivery:
    return read(Endpoint(kind, "fleet/configs", secret), headers, body, _NOW_S)


def _without(headers: Headers, name: str) -> Headers:
    return tuple(one for one in headers if one[0] != name)


@pytest.mark.parametrize("kind", ForgeKind)
def test_a_genuine_delivery_says_what_it_is_about(kind: ForgeKind) -> None:
    """Its id is the forge's own, so that repetitions are known."""
    headers, body = _FORGES[kind]
    assert _read(kind, headers(body), body) == Delivery("d-1", Concern.PULL_REQUEST)


@pytest.mark.parametrize(
    ("kind", "event", "concern"),
    [
        (ForgeKind.GITHUB, "push", Concern.PUSH),
        (ForgeKind.GITHUB, "ping", Concern.OTHER),
        (ForgeKind.GITLAB, "Push Hook", Concern.PUSH),
        (ForgeKind.GITEA, "push", Concern.PUSH),
        (ForgeKind.BITBUCKET, "repo:push", Concern.PUSH),
        (ForgeKind.BITBUCKET, "pullrequest:created", Concern.PULL_REQUEST),
    ],
)
def test_events_are_told_apart(kind: ForgeKind, event: str, concern: Concern) -> None:
    """What is neither a push nor about a pull request is genuine and of no interest."""
    headers, body = _FORGES[kind]
    assert _read(kind, headers(body, event), body).concern is concern


@pytest.mark.parametrize("kind", ForgeKind)
@pytest.mark.parametrize("other", ForgeKind)
def test_the_forge_is_a_setting_and_no_header(kind: ForgeKind, other: ForgeKind) -> None:
    """A delivery in the form of another forge is refused, though it knows the secret."""
    if kind is other:
        return
    headers, body = _FORGES[other]
    with pytest.raises(RefusedError):
        _read(kind, headers(body), body)


@pytest.mark.parametrize("kind", [kind for kind in ForgeKind if kind is not ForgeKind.GITLAB])
def test_one_changed_byte_is_forged(kind: ForgeKind) -> None:
    """The signature is over the body as it came; another secret makes another one."""
    headers, body = _FORGES[kind]
    with pytest.raises(RefusedError, match="not signed"):
        _read(kind, headers(body), body + b" ")
    with pytest.raises(RefusedError, match="not signed"):
        _read(kind, headers(body), body, "another secret")


def test_a_wrong_token_is_refused() -> None:
    """GitLab's older way is a comparison of two texts."""
    with pytest.raises(RefusedError, match="not signed"):
        _read(ForgeKind.GITLAB, _gitlab(), _PROJECT, "another secret")


def test_a_signature_with_sha1_alone_is_refused() -> None:
    """GitHub's legacy header is no substitute."""
    with pytest.raises(RefusedError, match="without header x-hub-signature-256"):
        _read(ForgeKind.GITHUB, _without(_github(), "x-hub-signature-256"), _BODY)


def test_a_header_that_comes_twice_is_refused() -> None:
    """Nobody chooses between two signatures, deliveries or types."""
    for name, value in _github():
        if name != "x-hub-signature":
            with pytest.raises(RefusedError):
                _read(ForgeKind.GITHUB, (*_github(), (name, value), (name, value)), _BODY)


def test_a_signing_secret_asks_for_a_signature() -> None:
    """One of several may fit; a plain token is no longer enough."""
    assert _read(ForgeKind.GITLAB, _gitlab_signed(), _PROJECT, _SIGNING).id == "d-1"
    with pytest.raises(RefusedError, match="without header webhook-id"):
        _read(ForgeKind.GITLAB, (*_gitlab(), ("x-gitlab-token", _SIGNING)), _PROJECT, _SIGNING)
    with pytest.raises(RefusedError, match="not signed"):
        _read(ForgeKind.GITLAB, _gitlab_signed(), _PROJECT + b" ", _SIGNING)


@pytest.mark.parametrize("age_s", [301, -301, 86_400])
def test_an_old_delivery_is_refused_where_it_says_its_age(age_s: float) -> None:
    """A repetition of something overheard, or a clock that is wrong."""
    headers = _gitlab_signed(at_s=_NOW_S - age_s)
    with pytest.raises(RefusedError, match="too old"):
        _read(ForgeKind.GITLAB, headers, _PROJECT, _SIGNING)


def test_forgejo_is_judged_by_its_own_signature() -> None:
    """Where it is there, the one of Gitea counts for nothing."""
    headers = (*_gitea(), ("x-forgejo-signature", _hex(_BODY)))
    assert _read(ForgeKind.GITEA, headers, _BODY).id == "d-1"
    with pytest.raises(RefusedError, match="not signed"):
        _read(ForgeKind.GITEA, (*_gitea(), ("x-forgejo-signature", "0")), _BODY)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[]", "another repository"),
        (b'{"repository": null}', "another repository"),
        (b'{"repository": {"full_name": ["fleet/configs"]}}', "another repository"),
        (b'{"repository": {"full_name": "fleet/other"}}', "another repository"),
    ],
)
def test_a_signed_body_of_another_shape_is_refused(body: bytes, reason: str) -> None:
    """With one sentence, whatever it is."""
    with pytest.raises(RefusedError, match=reason):
        _read(ForgeKind.GITHUB, _github(body), body)


def test_forms_are_refused() -> None:
    """GitHub can send forms; the setting at the forge has to be JSON."""
    headers = (
        ("content-type", "application/x-www-form-urlencoded"),
        *_without(_github(), _JSON[0]),
    )
    with pytest.raises(RefusedError, match="choose it at the forge"):
        _read(ForgeKind.GITHUB, headers, _BODY)


def test_a_body_beyond_the_limit_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its signature costs nothing."""
    monkeypatch.setattr(webhooks, "DELIVERY_BYTES_MAX", 10)
    with pytest.raises(RefusedError, match="longer than 10 bytes"):
        _read(ForgeKind.GITHUB, _github(), _BODY)


@given(
    st.sampled_from(list(ForgeKind)),
    st.lists(
        st.tuples(
            st.sampled_from([name for make, body in _FORGES.values() for name, _ in make(body)]),
            st.text(max_size=20),
        )
    ),
    st.binary(max_size=50),
)
def test_noise_is_refused(kind: ForgeKind, headers: list[tuple[str, str]], body: bytes) -> None:
    """No header and no body makes anything else than a refusal happen."""
    with pytest.raises(RefusedError):
        _read(kind, headers, body)
