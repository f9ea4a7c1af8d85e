"""Random TLS of servers: of gateways, and of a Sidecar's ingress."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.agree.dice import Dice

PRINCIPAL = "cluster.local/ns/default/sa/default"
MESH_NAME = f"spiffe://{PRINCIPAL}"
_CREDENTIALS = ("own", "other")
_SUITES = ("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256")


def secrets(folder: str) -> list[dict[str, Any]]:
    """Return the Secrets that servers name: key pairs with and without authorities."""
    found = []
    for name, certificate in zip(_CREDENTIALS, ("shop.example", "rsa.example"), strict=True):
        data = {
            "tls.crt": _encoded(folder, f"{certificate}.pem"),
            "tls.key": _encoded(folder, f"{certificate}.key"),
            "ca.crt": _encoded(folder, "ca.pem"),
        }
        found.append(_secret(name, data))
    found.append(_secret("authorities", {"ca.crt": _encoded(folder, "ca.pem")}))
    return found


def client_files(folder: str) -> dict[str, str]:
    """Return where a proxy has its own certificate for calls to others, as its metadata says."""
    return {
        "TLS_CLIENT_CERT_CHAIN": f"{folder}/mesh.pem",
        "TLS_CLIENT_KEY": f"{folder}/mesh.key",
        "TLS_CLIENT_ROOT_CERT": f"{folder}/ca.pem",
    }


def _secret(name: str, data: dict[str, str]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}


def _encoded(folder: str, name: str) -> str:
    return base64.b64encode((Path(folder) / name).read_bytes()).decode()


def ending(dice: Dice, folder: str, *, at_gateway: bool) -> dict[str, Any]:
    """Draw TLS that ends at the proxy."""
    modes = ["SIMPLE", "SIMPLE", "MUTUAL", "MUTUAL", "OPTIONAL_MUTUAL"]
    mode = dice.one([*modes, *(["ISTIO_MUTUAL"] if at_gateway else [])])
    drawn: dict[str, Any] = {"mode": mode}
    if mode == "ISTIO_MUTUAL":
        return drawn
    drawn |= _key_pair(dice, folder, mutual=mode != "SIMPLE", at_gateway=at_gateway)
    if mode != "SIMPLE" and dice.chance(0.7):
        drawn |= _about_clients(dice, folder)
    if dice.chance(0.85):
        drawn |= _versions(dice)
    return drawn


def _key_pair(dice: Dice, folder: str, *, mutual: bool, at_gateway: bool) -> dict[str, Any]:
    kind = dice.one((0, 1, 1, 1, 2, 2, 3, 3, 4)) if at_gateway else 0
    authorities = {"caCertificates": f"{folder}/ca.pem"} if mutual else {}
    if kind == 0:
        drawn = _files(folder, "shop.example") | authorities
        return drawn | ({"caCrl": f"{folder}/ca.crl"} if mutual and dice.chance(0.3) else {})
    if kind == 1:
        both = [_files(folder, "shop.example"), _files(folder, "rsa.example")]
        if not mutual and dice.chance(0.8):
            both[0]["caCertificates"] = f"{folder}/ca.pem"
        return {"tlsCertificates": both[: dice.number(1, 2)]} | authorities
    if kind == 2:
        return {"credentialNames": list(_CREDENTIALS[: dice.number(1, 2)])}
    named = {"credentialName": _CREDENTIALS[0]}
    return named | ({"caCertCredentialName": "authorities"} if kind == 3 and mutual else {})


def _files(folder: str, name: str) -> dict[str, Any]:
    return {
        "serverCertificate": f"{folder}/{name}.pem",
        "privateKey": f"{folder}/{name}.key",
    }


def _about_clients(dice: Dice, folder: str) -> dict[str, Any]:
    """Draw what is asked of clients' certificates: the mesh's own fits, or none does."""
    certificate = x509.load_pem_x509_certificate((Path(folder) / "mesh.pem").read_bytes())
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    drawn: dict[str, Any] = dice.one(
        (
            {"subjectAltNames": [MESH_NAME]},
            {"subjectAltNames": ["spiffe://cluster.local/ns/other/sa/other"]},
            {"verifyCertificateHash": [digest]},
            {"verifyCertificateHash": [digest]},
            {"verifyCertificateSpki": [base64.b64encode(hashlib.sha256(key).digest()).decode()]},
            {"verifyCertificateSpki": [base64.b64encode(hashlib.sha256(key).digest()).decode()]},
            {"insecureSkipVerify": True},
            {"insecureSkipVerify": True},
        )
    )
    return drawn


def _versions(dice: Dice) -> dict[str, Any]:
    """Draw what every client of a run can speak."""
    lowest = dice.one(("TLS_AUTO", "TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"))
    highest = dice.one(
        ("TLS_AUTO", "TLSV1_3", "TLSV1_3", *(["TLSV1_2"] if lowest != "TLSV1_3" else []))
    )
    drawn: dict[str, Any] = {"minProtocolVersion": lowest, "maxProtocolVersion": highest}
    if highest != "TLSV1_2" and dice.chance(0.5):
        drawn["cipherSuites"] = list(_SUITES)
    return drawn
