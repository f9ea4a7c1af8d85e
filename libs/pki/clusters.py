"""Of which cluster a workload is: of the one that its authority has been named for from above.

The name stands as locality in the authority's certificate, where `periplus ca` and the scripts that
come with Istio write it. The root signed it there, so that an authority which is stolen makes
workloads of its own cluster and of no other.
"""

from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from libs.pki.authority import issued_by
from libs.pki.errors import PkiError

CLUSTER_CHARS_MAX: Final = 128
"""What a locality may have at most, by X.520."""


def named_cluster(authority: x509.Certificate) -> str:
    """Return the cluster that an authority is named for; empty when it is for none."""
    found = authority.subject.get_attributes_for_oid(NameOID.LOCALITY_NAME)
    return str(found[0].value) if len(found) == 1 else ""


def cluster_of(shown: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]) -> str:
    """Return the cluster of what a connection has shown, the workload's own certificate first.

    Empty when its authority is named for none. What else is shown proves nothing by being there:
    only the way from the workload's certificate up to a root counts. Raises PkiError when there is
    no such way. Authorities that both signed it have one name: a certificate names its issuer.
    """
    own, given = shown[0], shown[1:]
    for one in (*roots, *given):
        if issued_by(own, one) and _leads_up(one, given, roots):
            return named_cluster(one)
    raise PkiError("what is shown does not lead from the certificate up to a root")


def _leads_up(
    one: x509.Certificate, given: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]
) -> bool:
    """Say whether a way leads from an authority to a root, without going in circles."""
    waiting, seen = [one], {one}
    while waiting:
        at = waiting.pop()
        if at in roots or any(issued_by(at, root) for root in roots):
            return True
        above = [each for each in given if each not in seen and issued_by(at, each)]
        seen.update(above)
        waiting += above
    return False
