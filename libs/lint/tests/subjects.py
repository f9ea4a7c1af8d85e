"""One object of a text, as checks look at it."""

from libs.kernel.ids import ClusterName, SetName
from libs.lint.subject import Subject
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parse import parse_file


def subject(path: str, text: str, *clusters: str) -> Subject[MeshObject]:
    """Return the one object of a file of set `shop`, or of the set that the folder names."""
    (parsed,) = parse_file(path, text.encode()).objects
    where = frozenset(map(ClusterName, clusters))
    return Subject(parsed.object, parsed, SetName(path.partition("/")[0]), where)
