"""Where demos live."""

from tools.demo.places import claim_place, moved


def test_two_demos_live_at_two_places() -> None:
    """A second demo on the machine gets another network while the first one runs."""
    with claim_place() as first, claim_place() as second:
        assert first.octet != second.octet


def test_a_place_is_given_back() -> None:
    """After its end a demo's network is free for the next one."""
    with claim_place() as first:
        octet = first.octet
    with claim_place() as again:
        assert again.octet == octet


def test_the_first_place_is_as_the_example_is_written() -> None:
    """Nothing is moved in network 1."""
    text = "address: 127.1.2.11 targetPort: 18082"
    assert moved(text, 1) == text


def test_addresses_and_ports_move_together() -> None:
    """In another network the gateways' ports are others as well."""
    text = "address: 127.1.2.11 targetPort: 18081 18082"
    assert moved(text, 3) == "address: 127.3.2.11 targetPort: 18085 18086"
