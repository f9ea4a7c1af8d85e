"""What is locked."""

import json

from tools.parts import grpcjs


def test_every_package_is_locked_by_its_hash() -> None:
    """Whoever installs them gets the same bytes, from whichever registry is configured."""
    lock = json.loads((grpcjs.LOCK / "package-lock.json").read_text())
    installed = {name: one for name, one in lock["packages"].items() if name}
    assert "node_modules/@grpc/grpc-js-xds" in installed
    assert all(one["integrity"].startswith("sha512-") for one in installed.values())
    assert not any("resolved" in one for one in installed.values())
