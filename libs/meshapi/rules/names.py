"""How names, hosts and addresses are spelt; each function returns what is wrong, or None."""

import ipaddress
import re
from functools import lru_cache

from libs.meshapi.quoting import quoted

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?", re.ASCII)
_HOST_LABEL = re.compile(r"[a-zA-Z0-9_](?:[-a-zA-Z0-9_]*[a-zA-Z0-9_])?", re.ASCII)
_LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?", re.ASCII)
_LABEL_NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?", re.ASCII)
LABEL_CHARACTERS_MAX = 63
NAME_CHARACTERS_MAX = 253
HOST_CHARACTERS_MAX = 255
ANYWHERE = "*"
_REMEMBERED = lru_cache(maxsize=4096)  # a repository repeats few names many times


@_REMEMBERED
def label_fault(text: str) -> str | None:
    """Check a DNS label, such as a namespace."""
    if len(text) > LABEL_CHARACTERS_MAX:
        return f"{quoted(text)} is longer than {LABEL_CHARACTERS_MAX} characters; shorten it"
    if _LABEL.fullmatch(text) is None:
        return (
            f"{quoted(text)} is no DNS label; write lower-case letters, digits and `-`, "
            "with a letter or digit at both ends"
        )
    return None


@_REMEMBERED
def name_fault(text: str) -> str | None:
    """Check the name of an object: DNS labels with dots between."""
    if len(text) > NAME_CHARACTERS_MAX:
        return f"{quoted(text)} is longer than {NAME_CHARACTERS_MAX} characters; shorten it"
    if not all(_LABEL.fullmatch(part) for part in text.split(".")):
        return (
            f"{quoted(text)} is no name; write lower-case letters, digits, `-` and `.`, "
            "with a letter or digit at both ends of each part"
        )
    return None


@_REMEMBERED
def label_key_fault(text: str) -> str | None:
    """Check the key of a label or annotation: a name, with an optional DNS prefix before `/`."""
    prefix, slash, name = text.rpartition("/")
    named = _LABEL_NAME.fullmatch(name) is not None and len(name) <= LABEL_CHARACTERS_MAX
    if named and (not slash or name_fault(prefix.lower()) is None):
        return None
    return (
        f"{quoted(text)} is no key; write at most {LABEL_CHARACTERS_MAX} letters, digits, `-`, `_` "
        "and `.`, optionally after a DNS name and `/`"
    )


@_REMEMBERED
def label_value_fault(text: str) -> str | None:
    """Check the value of a label."""
    if len(text) <= LABEL_CHARACTERS_MAX and _LABEL_VALUE.fullmatch(text):
        return None
    return (
        f"{quoted(text)} is no label value; write at most {LABEL_CHARACTERS_MAX} letters, digits, "
        "`-`, `_` and `.`, with a letter or digit at both ends"
    )


@_REMEMBERED
def host_fault(text: str, *, wildcard: bool = True) -> str | None:
    """Check a host: a DNS name, with `*` alone or as the first label where that is allowed."""
    if not text:
        return "a host is empty; write a DNS name"
    if len(text) > HOST_CHARACTERS_MAX:
        return f"host {quoted(text)} is longer than {HOST_CHARACTERS_MAX} characters; shorten it"
    labels = text.split(".")
    if wildcard and labels[0].startswith("*"):
        labels[0] = labels[0][1:].lstrip("-") or "x"
    if labels[-1] == "" and text.rstrip(".") not in ("", ANYWHERE):
        labels.pop()
    if "*" in text.lstrip("*") or (text.startswith("*") and not wildcard):
        form = "only its first label may start with `*`" if wildcard else "`*` is not allowed here"
        return f"host {quoted(text)}: {form}; write a DNS name"
    if all(_host_label(label) for label in labels):
        return None
    return f"host {quoted(text)} is no DNS name; write one such as `reviews.default.svc`"


def scoped_host_fault(text: str, namespaces: frozenset[str]) -> str | None:
    """Check `namespace/host`, where `namespaces` are the marks allowed beside a real name."""
    namespace, slash, host = text.partition("/")
    if not slash:
        return f"host {quoted(text)} needs a namespace; write it as `namespace/host` or `*/host`"
    if namespace not in namespaces and label_fault(namespace) is not None:
        return f"{quoted(namespace)} in {quoted(text)} is no namespace; write its name or `*`"
    return host_fault(host)


def is_ip(text: str) -> bool:
    """Say whether `text` is an IPv4 or IPv6 address."""
    if not (text[:1].isdigit() or ":" in text):
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_network(text: str) -> bool:
    """Say whether `text` is an address or a CIDR; host bits may be set."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def network_fault(text: str) -> str | None:
    """Check an address or a CIDR."""
    if is_network(text):
        return None
    return f"{quoted(text)} is no address; write an IP address or a CIDR such as `10.4.0.0/14`"


def _host_label(label: str) -> bool:
    return len(label) <= LABEL_CHARACTERS_MAX and _HOST_LABEL.fullmatch(label) is not None
