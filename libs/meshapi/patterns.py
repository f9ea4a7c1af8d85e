"""Spellings that several kinds demand, as regular expressions that Rust, Go and JSON Schema share.

`HINTS` says for each what to write, because nobody reads the expression.
"""

from collections.abc import Mapping

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME = rf"{_LABEL}(\.{_LABEL})*"

DNS_LABEL = rf"^{_LABEL}$"
DNS_NAME = rf"^{_NAME}$"
GROUP = rf"^({_NAME})?$"
HOSTNAME = rf"^(\*\.)?{_NAME}$"
KIND = r"^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$"
DOMAIN_PATH = rf"^{_NAME}/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$"
PROTOCOL = rf"^([a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?|{_NAME}/[A-Za-z0-9]+)$"
HEADER_NAME = r"^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$"
HEADER_WORD = r"^[-_A-Za-z0-9]+$"
HEADER_VALUE = r"^[!-~]+([\t ]?[!-~]+)*$"
SHA256 = r"^([a-f0-9]{64})?$"
URI = r"^[^:/?#]+://[^/?#]*[^?#]*(\?[^#]*)?(#.*)?$"
URL_PATH = r"^([-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$"
WELL_KNOWN_CA = rf"^(System|{_NAME}/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)$"
GATEWAY_DURATION = r"^([0-9]{1,5}(h|m|s|ms)){1,4}$"
CORS_ORIGIN = r"^(\*|https?://((\*\.)?([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9-]+|\*)(:[0-9]{1,5})?)$"
ADDRESS_TYPE = rf"^(Hostname|IPAddress|NamedAddress|{_NAME}/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+)$"
DATE = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
MESSAGE_CODES = r"^[A-Z]{3}([0-9]{4}|[0-9]{0,3}\*)$"
INSTANT = DATE.removesuffix("$") + r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"
TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"

POINTER = r"^(/[^/]+)+$"


HINTS: Mapping[str, str] = {
    DNS_LABEL: "lower-case letters, digits and `-`",
    DNS_NAME: "lower-case letters, digits, `-` and `.`",
    GROUP: "an API group such as `gateway.networking.k8s.io`, or nothing for the core group",
    HOSTNAME: "a DNS name in lower case, with at most `*.` before it",
    KIND: "a kind such as `Service`",
    DOMAIN_PATH: "a name such as `example.com/controller`",
    PROTOCOL: "a protocol such as `HTTP`",
    POINTER: "a path such as `/spec/http/*/timeout`",
    HEADER_NAME: "a header's name such as `x-tenant`",
    HEADER_WORD: "a header's name of letters, digits, `-` and `_`",
    HEADER_VALUE: "printable ASCII without blanks at its ends",
    SHA256: "64 lower-case hexadecimal digits",
    URI: "a URI such as `spiffe://cluster.local/ns/shop/sa/web`",
    URL_PATH: "a path such as `/check`, its other characters percent-encoded",
    WELL_KNOWN_CA: "`System`",
    GATEWAY_DURATION: "whole numbers with `h`, `m`, `s` or `ms`, such as `1m30s`",
    CORS_ORIGIN: "an origin such as `https://example.com`, or `*`",
    ADDRESS_TYPE: "`IPAddress` or `Hostname`",
    DATE: "a date such as `2030-12-31`",
    MESSAGE_CODES: "a code such as `IST0101`, or the beginning of one with `*` behind it",
    INSTANT: "a moment in UTC such as `2030-12-31T22:30:00Z`",
    TIME_OF_DAY: "a time such as `22:30`",
}
"""What to write instead of a text that an expression refuses."""
