"""Who gets a certificate, who does not, and what the log says of both."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from libs.adapters.cagrpc.calls import Certified, RefusalKind, RefusedError, SigningCall
from libs.kernel.looperrors import StalledError, TransientError
from libs.pki.authority import issued_by
from libs.pki.certificates import facts, identity_of, pem_of, read_certificates
from libs.pki.clusters import named_cluster
from libs.pki.spiffe import SpiffeId
from services.ca.signing import Lives, Signer
from services.ca.tests.harbour import DOMAIN, SHOP, Harbour, a_call, a_root, write_authority


@pytest.fixture
def harbour(tmp_path: Path) -> Harbour:
    """A harbour whose authority is in a folder of its own."""
    return Harbour(tmp_path / "authorities")


def _certified(signer: Signer, call: SigningCall) -> Certified:
    return asyncio.run(signer.certify(call))


def _refused(signer: Signer, call: SigningCall) -> tuple[RefusalKind, str, str]:
    """Return kind, what the caller reads, and what the one log line says."""
    with structlog.testing.capture_logs() as lines, pytest.raises(RefusedError) as caught:
        asyncio.run(signer.certify(call))
    refusals = [line for line in lines if line["event"] == "certificate refused"]
    assert len(refusals) == 1
    for secret in filter(None, (call.token, call.request_pem.decode())):
        assert secret not in str(lines)
        assert secret not in caught.value.text
    return caught.value.kind, caught.value.text, refusals[0]["reason"]


def test_a_service_account_gets_its_own_name(harbour: Harbour) -> None:
    """The chain leads to the roots that come last, and the life is the usual one."""
    signer = harbour.signer()
    with structlog.testing.capture_logs() as lines:
        made = _certified(signer, a_call("good"))
    leaf = read_certificates(made.certificates[0], "leaf")[0]
    assert identity_of(leaf) == SHOP
    assert facts(leaf).valid_until_s == harbour.clock.now_s() + 600
    assert len(made.certificates) == 2
    assert made.roots == pem_of([harbour.root.certificate])
    (line,) = [one for one in lines if one["event"] == "certificate issued"]
    assert line["identity"] == str(SHOP)
    assert line["serial"] == facts(leaf).serial
    assert "good" not in str(lines)


def test_wishes_shorten_a_life_and_lengthen_it_within_limits(harbour: Harbour) -> None:
    """The longest life is the operator's."""
    signer, now_s = harbour.signer(), harbour.clock.now_s()
    for wish_s, life_s in ((60, 60), (3000, 3000), (1_000_000, 3600)):
        made = _certified(signer, a_call("good", life_s=wish_s))
        found = facts(read_certificates(made.certificates[0], "leaf")[0])
        assert found.valid_until_s == now_s + life_s
    assert Lives(600, 3600).of(0) == 600


def test_nobody_without_a_known_token_gets_anything(harbour: Harbour) -> None:
    """Forged tokens, no tokens, and clusters that nobody reviews look the same to the caller."""
    signer = harbour.signer()
    answers = [
        _refused(signer, a_call("forged")),
        _refused(signer, a_call("")),
        _refused(signer, a_call("good", cluster="west")),
        _refused(signer, a_call("pjt-" + "0" * 64)),
    ]
    assert {answer[:2] for answer in answers} == {
        (RefusalKind.UNKNOWN_CALLER, "the caller is not known here")
    }
    assert len({answer[2] for answer in answers}) == 4


def test_a_known_caller_gets_no_name_but_its_own(harbour: Harbour) -> None:
    """Neither by the names of its request nor by asking in somebody's place."""
    signer = harbour.signer()
    other = SpiffeId(DOMAIN, "kube-system", "admin")
    kind, _, reason = _refused(signer, a_call("good", name=other))
    assert kind is RefusalKind.NOT_ALLOWED
    assert "another name" in reason
    asked = replace(a_call("good"), impersonates=str(other))
    assert _refused(signer, asked)[0] is RefusalKind.NOT_ALLOWED


def test_a_join_token_is_good_for_one_certificate(harbour: Harbour) -> None:
    """The second use is refused, whoever makes it."""
    signer, token = harbour.signer(), harbour.join_token()
    _certified(signer, a_call(token))
    kind, _, reason = _refused(signer, a_call(token))
    assert kind is RefusalKind.UNKNOWN_CALLER
    assert "spent" in reason


def test_two_uses_of_a_join_token_at_once_give_one_certificate(harbour: Harbour) -> None:
    """However they overlap."""
    signer, token = harbour.signer(), harbour.join_token()

    async def both() -> list[Certified | BaseException]:
        calls = (signer.certify(a_call(token)) for _ in range(8))
        return await asyncio.gather(*calls, return_exceptions=True)

    answers = asyncio.run(both())
    assert sum(isinstance(one, Certified) for one in answers) == 1
    assert sum(isinstance(one, RefusedError) for one in answers) == 7


def test_a_join_token_is_for_its_cluster_and_its_time(harbour: Harbour) -> None:
    """Refused for these reasons, it is not spent."""
    signer, token = harbour.signer(), harbour.join_token(life_s=60)
    assert "for cluster `east`" in _refused(signer, a_call(token, cluster="west"))[2]
    other = SpiffeId(DOMAIN, "shop", "other")
    assert _refused(signer, a_call(token, name=other))[0] is RefusalKind.NOT_ALLOWED
    harbour.clock.advance(59)
    _certified(signer, a_call(token))
    late = harbour.join_token(life_s=60)
    harbour.clock.advance(60)
    assert "expired" in _refused(signer, a_call(late))[2]


def test_a_certificate_renews_itself(harbour: Harbour) -> None:
    """What the connection showed says who it is; one of another trust domain does not count."""
    signer = harbour.signer()
    shown = b"".join(_certified(signer, a_call("good")).certificates)
    _certified(signer, replace(a_call(), shown_pem=shown))
    alone = read_certificates(shown, "shown")[:1]
    assert "up to a root" in _refused(signer, replace(a_call(), shown_pem=pem_of(alone)))[2]
    root = pem_of([a_root().certificate])
    assert "names 0" in _refused(signer, replace(a_call(), shown_pem=root))[2]
    elsewhere = replace(signer.callers, trust_domain="other.org")
    moved = replace(signer, callers=elsewhere)
    assert "trust domain" in _refused(moved, replace(a_call(), shown_pem=shown))[2]
    harbour.clock.advance(600)
    assert "expired" in _refused(signer, replace(a_call(), shown_pem=shown))[2]


def test_a_workload_renews_in_its_own_cluster_only(harbour: Harbour) -> None:
    """By who signed what it shows, whatever it says, also when another signs there now."""
    signer = harbour.signer()
    write_authority(harbour.folder, "west", harbour.root)
    signer.authorities.refresh()
    shown = b"".join(_certified(signer, a_call("good")).certificates)
    kind, _, reason = _refused(signer, replace(a_call(cluster="west"), shown_pem=shown))
    assert kind is RefusalKind.UNKNOWN_CALLER
    assert "is of cluster `east`" in reason
    write_authority(harbour.folder, "east", harbour.root)
    signer.authorities.refresh()
    made = _certified(signer, replace(a_call(), shown_pem=shown))
    own, above = (read_certificates(one, "made")[0] for one in made.certificates)
    assert issued_by(own, above)
    assert named_cluster(above) == "east"


def test_who_asks_too_often_waits_for_the_next_minute(harbour: Harbour) -> None:
    """Others are served meanwhile."""
    harbour.per_minute_max = 2
    signer = harbour.signer()
    for _ in range(2):
        _certified(signer, a_call("good"))
    assert _refused(signer, a_call("good"))[0] is RefusalKind.TOO_MANY
    harbour.clock.advance(60)
    _certified(signer, a_call("good"))


@pytest.mark.parametrize("fails", [TransientError("down"), StalledError("forbidden")])
def test_while_nobody_can_be_asked_callers_come_again(harbour: Harbour, fails: Exception) -> None:
    """An API server that is away refuses nobody for good."""
    signer = harbour.signer()
    harbour.accounts.fails = fails
    kind, _, reason = _refused(signer, a_call("good"))
    assert kind is RefusalKind.TRY_LATER
    assert reason in ("down", "forbidden")


def test_an_authority_that_has_expired_signs_nothing_and_spends_no_token(
    harbour: Harbour,
) -> None:
    """The token is still good when the authority is there again."""
    signer = harbour.signer()
    harbour.clock.advance(31_536_000 / 2)
    token = harbour.join_token()
    assert _refused(signer, a_call(token))[0] is RefusalKind.TRY_LATER
    harbour.clock.set_wall(harbour.clock.now_s() - 60)
    _certified(signer, a_call(token))


def test_a_broken_request_is_said_to_be_one(harbour: Harbour) -> None:
    """Before anybody is asked about its sender."""
    call = replace(a_call("good"), request_pem=b"nothing")
    assert _refused(harbour.signer(), call)[0] is RefusalKind.BAD_REQUEST
