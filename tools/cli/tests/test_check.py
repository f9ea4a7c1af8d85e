"""`periplus check` on the example fleet and on what people get wrong in it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.cli.main import main
from tools.demo.repository import Repository
from tools.demo.steps import read_steps

REVIEWS = "configs/bookinfo/reviews.yaml"


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """Write the example fleet as it is at the end of its story."""
    repository = Repository(tmp_path)
    repository.create(str, trigger_port=9)
    for step in read_steps():
        for name, text in step.files.items():
            (repository.checkout / name).write_text(text)
    return repository.checkout


def checked(capsys: pytest.CaptureFixture[str], *paths: Path) -> dict[str, Any]:
    """Check and return the JSON; the exit status has to go with it."""
    status = main(["check", *map(str, paths), "-o", "json"])
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert status == int(any(each["level"] == "error" for each in content["messages"]))
    return content


def test_the_example_has_no_findings(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The finished set says what Istio's own analysis says of a good one."""
    assert main(["analyze", str(finished)]) == 0
    assert capsys.readouterr().out == "No validation issues found in 42 objects.\n"


def test_every_step_of_the_story_has_no_findings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The seed is clean, and so is what each commit of the story makes of it."""
    repository = Repository(tmp_path)
    repository.create(str, trigger_port=9)
    assert checked(capsys, repository.checkout)["messages"] == []
    for step in read_steps():
        for name, text in step.files.items():
            (repository.checkout / name).write_text(text)
        assert checked(capsys, repository.checkout)["messages"] == [], step.name


def test_a_misspelled_subset_is_named_with_its_place(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The finding has code, object, file, line and the subset that is there."""
    text = (finished / REVIEWS).read_text()
    (finished / REVIEWS).write_text(text.replace("subset: v3", "subset: v33"))
    (message,) = checked(capsys, finished)["messages"]
    assert (message["code"], message["level"], message["class"]) == (
        *("IST0101", "error", "reference"),
    )
    assert message["object"] == {
        "kind": "VirtualService",
        "namespace": "default",
        "name": "reviews",
    }
    line = text.splitlines()[message["line"] - 1]
    assert message["file"] == REVIEWS
    assert line[message["column"] - 1 :].startswith("v3")
    assert "v33" in message["text"]
    assert "v3" in message["text"].replace("v33", "")


def test_text_names_the_place_first(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In text, a finding begins with file, line and column, and the last line counts."""
    text = (finished / REVIEWS).read_text()
    (finished / REVIEWS).write_text(text.replace("hosts:", "host:"))
    assert main(["check", str(finished)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{REVIEWS}:7:3: error IST0106: VirtualService default/reviews: ")
    assert lines[-1].startswith(f"{len(lines) - 1} error")


def test_a_link_in_a_config_repository_is_an_error(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the services refuse, check refuses as well."""
    (finished / "configs/bookinfo/link.yaml").symlink_to("reviews.yaml")
    (message,) = checked(capsys, finished)["messages"]
    assert message["file"] == "configs/bookinfo/link.yaml"
    assert "symbolic link" in message["text"]


def test_a_plain_file_is_shown_as_it_was_named(
    finished: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A single file is a set of its own; its findings carry the name that the user wrote."""
    monkeypatch.chdir(finished / "configs/bookinfo")
    files = [Path("services.yaml"), Path("../bookinfo/reviews.yaml")]
    messages = checked(capsys, *files)["messages"]
    assert {(each["code"], each["file"]) for each in messages} == {
        ("IST0101", "../bookinfo/reviews.yaml")
    }
