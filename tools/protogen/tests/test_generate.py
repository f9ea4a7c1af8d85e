"""The generated package is complete, typed, and made again only when something changed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.protogen import generate

PROTO = 'syntax = "proto3"; package periplus.note.v1; message Note { string text = 1; }'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with one .proto file of its own and the real locks."""
    (tmp_path / "libs" / "note").mkdir(parents=True)
    (tmp_path / "libs" / "note" / "note.proto").write_text(PROTO, encoding="utf-8")
    (tmp_path / "requirements").symlink_to(generate.ROOT / "requirements")
    (tmp_path / "tools").symlink_to(generate.ROOT / "tools")
    return tmp_path


def test_every_generated_module_loads_and_finds_the_others(root: Path, tmp_path: Path) -> None:
    """All modules import below the prefix alone, with warnings as errors, and pickle as ours."""
    generate.generate(root, tmp_path / "site" / "protogen")
    code = (
        "import importlib, pathlib, pickle, sys\n"
        "files = sorted(pathlib.Path('protogen').rglob('*_pb2.py'))\n"
        "for f in files: importlib.import_module('.'.join(f.with_suffix('').parts))\n"
        "from protogen.envoy.config.core.v3.base_pb2 import Node\n"
        "from protogen.periplus.note.v1.note_pb2 import Note\n"
        "assert pickle.loads(pickle.dumps(Note(text='a'))).text == 'a'\n"
        "print(len(files), [m for m in sys.modules if m.split('.')[0] in ('envoy', 'xds')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path / "site",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    count, strangers = done.stdout.split(maxsplit=1)
    assert int(count) > 400
    assert strangers.strip() == "[]"


def test_a_type_checker_sees_the_messages(root: Path, tmp_path: Path) -> None:
    """A field that does not exist is an error before anything runs."""
    generate.generate(root, tmp_path / "site" / "protogen")
    case = tmp_path / "case.py"
    case.write_text(
        "from protogen.periplus.note.v1.note_pb2 import Note\nNote(txt='a')\n", encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "c"), str(case)],
        env={"MYPYPATH": str(tmp_path / "site")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'Unexpected keyword argument "txt"' in done.stdout, done.stdout + done.stderr


def test_it_is_made_once_and_again_when_a_proto_changes(root: Path, tmp_path: Path) -> None:
    """The stamp covers our own files, and a stale package is replaced as a whole."""
    package = tmp_path / "site" / "protogen"
    assert generate.ensure(root, package=package)
    assert not generate.ensure(root, package=package)
    (package / "left_over.py").touch()
    changed = PROTO.replace("text = 1;", "text = 1; string by = 2;")
    (root / "libs" / "note" / "note.proto").write_text(changed, encoding="utf-8")
    assert generate.ensure(root, package=package)
    stub = (package / "periplus" / "note" / "v1" / "note_pb2.pyi").read_text(encoding="utf-8")
    assert "by: str" in stub
    assert not (package / "left_over.py").exists()


def test_a_proto_without_a_package_is_refused(root: Path) -> None:
    """The message names the file and the line to add."""
    (root / "libs" / "note" / "note.proto").write_text('syntax = "proto3";', encoding="utf-8")
    with pytest.raises(generate.GenerateError, match=r"libs/note/note\.proto: add a line"):
        generate.stamp(root)


def test_a_proto_with_a_mistake_is_said_in_protocs_words(root: Path, tmp_path: Path) -> None:
    """What protoc says, with file and line, reaches the person."""
    (root / "libs" / "note" / "note.proto").write_text(f"{PROTO}\nmessage {{", encoding="utf-8")
    with pytest.raises(generate.GenerateError, match=r"note\.proto:2:"):
        generate.generate(root, tmp_path / "protogen")
