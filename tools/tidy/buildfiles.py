"""BUILD files, written from the imports: one library a package, one test target a test file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from tools.tidy import layers
from tools.tidy.imports import imported
from tools.tidy.tree import CODE_ROOTS, Finding, Tree

CONTRACT = ".importlinter"
_NO_DATA = ("/BUILD", "/WORKSPACE", ".bzl")
_HEADER = "# Written by `./dev fix` from the imports. Change those, not this.\n"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with Python files, and what lies in it and in data folders below it."""

    path: str
    modules: tuple[str, ...]
    data: tuple[str, ...]

    @property
    def is_tests(self) -> bool:
        """Whether it holds tests and their support."""
        return "tests" in self.path.split("/")

    @property
    def tests(self) -> tuple[str, ...]:
        """The test files."""
        if not self.is_tests:
            return ()
        return tuple(m for m in self.modules if m.startswith("test_"))

    @property
    def sources(self) -> tuple[str, ...]:
        """The modules that are no test files."""
        tests = frozenset(self.tests)
        return tuple(m for m in self.modules if m not in tests)

    @property
    def has_library(self) -> bool:
        """Whether it has something beside its test files that those or others need."""
        return bool(self.sources or (self.is_tests and self.data))

    @property
    def library(self) -> str:
        """The label that others depend on."""
        return f"//{self.path}:support" if self.is_tests else f"//{self.path}"


def check(tree: Tree) -> Iterator[Finding]:
    """Find BUILD files that are missing, stale, or lie where no Python is."""
    wanted = build_files(tree)
    for path, text in wanted.items():
        if path not in tree.files:
            yield Finding(path, 1, "is missing: run ./dev fix.")
        elif tree.text(path) != text:
            yield Finding(path, 1, "does not fit the imports: run ./dev fix.")
    for path in _generated(tree) - wanted.keys():
        yield Finding(path, 1, "has no Python beside it any more: run ./dev fix.")


def fix(tree: Tree) -> None:
    """Write every BUILD file that differs and remove those that nothing needs."""
    wanted = build_files(tree)
    for path, text in wanted.items():
        if path not in tree.files or tree.text(path) != text:
            (tree.root / path).write_text(text, encoding="utf-8")
    for path in _generated(tree) - wanted.keys():
        (tree.root / path).unlink()


def build_files(tree: Tree) -> dict[str, str]:
    """Give path and text of every generated BUILD file."""
    folders = _folders(tree)
    lib_order = layers.lib_layers(tree.root / CONTRACT)
    texts = {f"{f.path}/BUILD": _build(tree, folders, f) for f in folders.values()}
    return {"BUILD": _root_build(folders, lib_order), **texts}


def _generated(tree: Tree) -> set[str]:
    return {
        path
        for path in tree.files
        if PurePosixPath(path).name == "BUILD" and tree.text(path).startswith(_HEADER)
    }


def _folders(tree: Tree) -> dict[str, Folder]:
    """Give the folders with Python files; a data file belongs to the nearest one above it."""
    homes = {_home(path) for path in tree.python(*CODE_ROOTS)}
    modules: dict[str, list[str]] = {home: [] for home in homes}
    data: dict[str, list[str]] = {home: [] for home in homes}
    for path in tree.files:
        if path.split("/")[0] not in CODE_ROOTS or path.endswith(_NO_DATA):
            continue
        parents = (str(parent) for parent in PurePosixPath(path).parents)
        home = next((parent for parent in parents if parent in homes), None)
        if home is not None:
            kind = modules if path.endswith(".py") else data
            kind[home].append(path[len(home) + 1 :])
    return {h: Folder(h, tuple(sorted(modules[h])), tuple(sorted(data[h]))) for h in sorted(homes)}


def _home(path: str) -> str:
    """Give the folder whose BUILD speaks for a Python file.

    A folder of tests speaks for itself. Packages inside a lib, a service or a tool belong to that:
    they may import each other, which Bazel allows only within one target.
    """
    folder = PurePosixPath(path).parent
    if "tests" in folder.parts:
        return str(folder)
    depth = 3 if folder.parts[:2] == ("libs", "adapters") else 2
    return "/".join(folder.parts[:depth])


def _build(tree: Tree, folders: dict[str, Folder], folder: Folder) -> str:
    loads: list[str] = []
    rules: list[str] = []
    if folder.has_library:
        loads.append('load("@rules_python//python:defs.bzl", "py_library")\n')
        rules.append(_library(tree, folders, folder))
    if folder.tests:
        loads.append('load("//tools/bazel:defs.bzl", "pytest_test")\n')
    for test in folder.tests:
        deps = _deps(tree, folders, folder, (test,)) | {"//tools/parts"}
        attributes = [_text("name", test.removesuffix(".py")), _text("src", test)]
        rules.append(_rule("pytest_test", [*attributes, *_list("deps", deps)]))
    visibility = _rule("package", _list("default_visibility", _visibility(folder.path)))
    return _HEADER + "\n".join(["".join(loads), visibility, *rules])


def _library(tree: Tree, folders: dict[str, Folder], folder: Folder) -> str:
    name = "support" if folder.is_tests else PurePosixPath(folder.path).name
    deps = _deps(tree, folders, folder, folder.sources) - {folder.library}
    attributes = [_text("name", name)]
    if folder.is_tests or folder.path.startswith("libs/fakes"):
        attributes.append("    testonly = True,\n")
    attributes += _list("srcs", folder.sources)
    attributes += _list("data", folder.data) + _list("deps", deps)
    return _rule("py_library", attributes)


def _deps(
    tree: Tree, folders: dict[str, Folder], folder: Folder, modules: tuple[str, ...]
) -> set[str]:
    """Give the labels of the folders that the modules import, and of all packages above those."""
    homes = {folder.path}
    for module in modules:
        for name, _ in imported(tree.parsed(f"{folder.path}/{module}")):
            parts = name.split(".")
            prefixes = ("/".join(parts[:n]) for n in range(len(parts), 0, -1))
            homes.update(home for home in prefixes if home in folders)
    for home in tuple(homes):
        homes.update(str(up) for up in PurePosixPath(home).parents if str(up) in folders)
    return {folders[home].library for home in homes if folders[home].has_library}


def _visibility(path: str) -> list[str]:
    """Give who may depend on a folder: its own, and the group made from the import order."""
    top, *rest = path.split("/")
    if "tests" in path.split("/"):
        return [f"//{path}:__subpackages__", "//tests:__subpackages__", "//:unit_tests"]
    if top == "libs" and rest:
        own = "/".join(path.split("/")[: 3 if rest[0] == "adapters" else 2])
        return [f"//{own}:__subpackages__", f"//:users_of_{rest[0]}"]
    if top == "services" and rest:
        return [f"//services/{rest[0]}:__subpackages__", "//:users_of_services"]
    return [f"//{top}:__subpackages__", f"//:users_of_{top}"]


def _root_build(folders: dict[str, Folder], lib_order: tuple[tuple[str, ...], ...]) -> str:
    """Give the BUILD of the root: who may use what, as package groups."""
    high = ["//services/...", "//tools/...", "//tests/..."]
    unit_tests = [f"//{f.path}" for f in folders.values() if f.is_tests and f.path[:5] != "tests"]
    there = {path.split("/")[1] for path in folders if path.startswith("libs/")}
    groups = {"unit_tests": unit_tests, "users_of_libs": high}
    groups |= {"users_of_services": high[1:], "users_of_tools": high[2:]}
    for lib in (name for line in reversed(lib_order) for name in line if name in there):
        libs = [f"//libs/{name}/..." for name in layers.above(lib_order, lib) if name in there]
        groups[f"users_of_{lib}"] = [*libs, *high]
    rules = ['exports_files(["pyproject.toml"])\n']
    for name, packages in groups.items():
        includes = _list("includes", [":unit_tests"]) if name != "unit_tests" else []
        rules.append(
            _rule("package_group", [_text("name", name), *includes, *_list("packages", packages)])
        )
    return _HEADER + "\n" + "\n".join(rules)


def _rule(kind: str, attributes: list[str]) -> str:
    return f"{kind}(\n{''.join(attributes)})\n"


def _text(name: str, value: str) -> str:
    return f'    {name} = "{value}",\n'


def _list(name: str, values: object) -> list[str]:
    items = sorted(values, key=_label_order)  # type: ignore[call-overload]
    if not items:
        return []
    inner = "".join(f'        "{item}",\n' for item in items)
    return [f"    {name} = [\n{inner}    ],\n"]


def _label_order(label: str) -> tuple[bool, str]:
    return label.startswith("//"), label.replace(":", "!")
