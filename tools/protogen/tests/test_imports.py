"""Imports of generated modules move below the prefix; all others stay."""

import pytest

from tools.protogen.imports import prefixed

KNOWN = frozenset({"envoy.type.v3", "envoy.type.v3.range_pb2", "google.api.expr"})


@pytest.mark.parametrize(
    ("line", "moved"),
    [
        pytest.param(
            "from envoy.type.v3 import range_pb2 as _r",
            "from protogen.envoy.type.v3 import range_pb2 as _r",
            id="a module of ours",
        ),
        pytest.param(
            "from envoy.type.v3.range_pb2 import *",
            "from protogen.envoy.type.v3.range_pb2 import *",
            id="a public import",
        ),
        pytest.param(
            "import envoy.type.v3.range_pb2 as r",
            "import protogen.envoy.type.v3.range_pb2 as r",
            id="a plain import",
        ),
        pytest.param(
            "x = importlib.import_module('envoy.type.v3.range_pb2')",
            "x = importlib.import_module('protogen.envoy.type.v3.range_pb2')",
            id="an import by name",
        ),
        pytest.param(
            "_builder.BuildTopDescriptorsAndMessages(DESCRIPTOR, 'envoy.type.v3.range_pb2', g)",
            "_builder.BuildTopDescriptorsAndMessages("
            "DESCRIPTOR, 'protogen.envoy.type.v3.range_pb2', g)",
            id="the module that messages say they come from",
        ),
        pytest.param(
            "from google.protobuf import any_pb2",
            "from google.protobuf import any_pb2",
            id="others",
        ),
        pytest.param(
            "from google.api.expr import x_pb2",
            "from protogen.google.api.expr import x_pb2",
            id="a package of another that only we have",
        ),
        pytest.param(
            "# from envoy.type.v3 import x", "# from envoy.type.v3 import x", id="comment"
        ),
    ],
)
def test_moving(line: str, moved: str) -> None:
    """Each form that protoc writes is moved when it is generated, and left when it is not."""
    assert prefixed(f"a = 1\n{line}\nb = 2\n", KNOWN) == f"a = 1\n{moved}\nb = 2\n"
