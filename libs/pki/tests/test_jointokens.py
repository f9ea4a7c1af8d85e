"""Tokens that a host joins with."""

from libs.fakes.rng import SeededRng
from libs.pki.jointokens import is_token, new_token, token_hash


def test_a_token_is_known_by_its_shape_and_kept_by_its_hash() -> None:
    """What is kept does not give the token away."""
    token = new_token(SeededRng(1))
    assert is_token(token)
    assert token[4:] not in token_hash(token)
    assert token_hash(token) != token_hash(new_token(SeededRng(2)))


def test_other_texts_are_no_tokens() -> None:
    """Such as the tokens of service accounts."""
    token = new_token(SeededRng(1))
    assert not any(map(is_token, ("", token + "0", token[:-1], token.upper(), "eyJhbGciOi.J9.x")))
