"""Who depends on which facts."""

from libs.lint.hostservices import SERVICE_HOSTS
from libs.lint.interface import each
from libs.lint.readers import Readers
from libs.lint.tests.subjects import subject
from libs.meshapi.service import Service

TEXT = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"
A, B = (SERVICE_HOSTS, "a"), (SERVICE_HOSTS, "b")


def test_only_the_newest_look_counts() -> None:
    """What a former look at the object depended on is forgotten, and so is the object at last."""
    readers, check = Readers(), each(Service, lambda _view, _one: ())
    one, two = ((subject(name, TEXT), check) for name in ("a.yaml", "b.yaml"))
    readers.note(one, [A, B])
    readers.note(two, [A])
    assert [*readers.of([A])] == [one, two]
    readers.note(one, [B])
    assert [*readers.of([A])] == [two]
    assert [*readers.of([A, B])] == [two, one]
    readers.forget(one)
    assert [*readers.of([B])] == []
