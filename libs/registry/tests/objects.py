"""Objects for tests, from YAML."""

from libs.kernel.messages import errors
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parse import parse_file


def objects(text: str) -> tuple[MeshObject, ...]:
    """Parse documents; a test with wrong objects is a wrong test."""
    parsed = parse_file("test.yaml", text.encode())
    wrong = errors(parsed.messages)
    if wrong:
        raise ValueError("\n".join(map(str, wrong)))
    return tuple(one.object for one in parsed.objects)
