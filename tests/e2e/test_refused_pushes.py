"""Pushes that must change nothing, and what their authors read; pushes that look odd and are fine.

Real git pushes to a bare repository, a real gitwatcher over a real mirror and a SQLite store.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.kernel.ids import ClusterName
from libs.kernel.revisions import Revision
from tests.e2e.pushes import FLEET, ROUTE, Watched, seed, service, subsets


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """A fleet whose first commit, with two sets, was accepted."""
    made = Watched.create(tmp_path, f"sqlite:///{tmp_path / 'store.sqlite'}")
    made.push(seed())
    assert made.state.refusals == ()
    assert [item.name for item in made.newest.sets] == ["clusters/east", "hello", "other"]
    yield made
    made.store.close()


def _assert_same_config(watched: Watched, before: Revision) -> None:
    """Nothing that any cluster runs has changed."""
    after = watched.newest
    assert [(item.name, item.tree) for item in after.sets] == [
        (item.name, item.tree) for item in before.sets
    ]
    assert watched.store.targets()[ClusterName("east")].revision == after.id


def test_broken_yaml_is_refused(watched: Watched) -> None:
    """A syntax error is named with its line and column, and the last good state stays."""
    before = watched.newest
    watched.push({"configs/hello/route.yaml": ROUTE + b"  bad: [\n"})
    message = watched.message("hello")
    assert message.origin.file == "configs/hello/route.yaml"
    assert message.origin.line >= ROUTE.count(b"\n") + 1
    assert message.code == "PER0101"
    _assert_same_config(watched, before)


def test_duplicate_keys_are_refused(watched: Watched) -> None:
    """A key that stands twice is named with both lines: nobody knows which one was meant."""
    before = watched.newest
    twice = ROUTE.replace(b"  hosts: [hello]\n", b"  hosts: [hello]\n  hosts: [other]\n")
    watched.push({"configs/hello/route.yaml": twice})
    message = watched.message("hello")
    assert (message.origin.line, message.origin.column) == (6, 3)
    assert "`hosts`" in message.text
    assert "line 5" in message.text
    _assert_same_config(watched, before)


def test_an_alias_bomb_is_refused(watched: Watched) -> None:
    """Nine lines that mean a billion nodes cost no memory and get a sentence."""
    before = watched.newest
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    head = "apiVersion: v1\nkind: Service\nmetadata: {name: bomb}\n"
    watched.push({"configs/hello/bomb.yaml": (head + "\n".join(lines) + "\n").encode()})
    message = watched.message("hello")
    assert message.origin.file == "configs/hello/bomb.yaml"
    assert "alias" in message.text
    _assert_same_config(watched, before)


def test_a_route_to_a_subset_that_does_not_exist_is_refused(watched: Watched) -> None:
    """The message names the subset, its place, and the nearest one that does exist."""
    before = watched.newest
    watched.push({"configs/hello/route.yaml": ROUTE.replace(b"subset: v1", b"subset: v11")})
    message = watched.message("hello")
    assert (message.code, message.origin.file, message.origin.line) == (
        "IST0101",
        "configs/hello/route.yaml",
        8,
    )
    assert "`v11`" in message.text
    assert "`v1`" in message.text
    _assert_same_config(watched, before)


def test_two_objects_with_one_name_are_refused(watched: Watched) -> None:
    """Both places are named, because either may be the mistake."""
    before = watched.newest
    watched.push({"configs/hello/again.yaml": service("hello")})
    said = "\n".join(watched.said("hello"))
    assert "PER0203" in said
    assert "configs/hello/again.yaml:1:1" in said
    assert "configs/hello/service.yaml:1:1" in said
    _assert_same_config(watched, before)


def test_a_file_of_fifty_megabytes_is_refused(watched: Watched) -> None:
    """A huge file is not read; the message names file and size."""
    before = watched.newest
    watched.push({"configs/hello/huge.yaml": b"# nothing\n" * 5_000_000})
    message = watched.message("hello")
    assert message.origin.file == "configs/hello/huge.yaml"
    assert "50000000 bytes" in message.text
    assert "at most 1048576" in message.text
    _assert_same_config(watched, before)


def test_a_symlink_out_of_the_repository_is_refused(watched: Watched) -> None:
    """Nothing outside of the repository is read, and the author is told what to write."""
    before = watched.newest
    (watched.clone.path / "configs/hello/passwd.yaml").symlink_to("/etc/passwd")
    watched.push({})
    message = watched.message("hello")
    assert message.origin.file == "configs/hello/passwd.yaml"
    assert "symbolic link" in message.text
    assert "write the file itself" in message.text
    _assert_same_config(watched, before)


def test_a_file_that_is_not_utf8_is_refused(watched: Watched) -> None:
    """The first wrong byte is named with line and column."""
    before = watched.newest
    watched.push({"configs/hello/latin.yaml": b"# caf\xe9\n" + service("latin")})
    message = watched.message("hello")
    assert str(message.origin) == "configs/hello/latin.yaml:1:6"
    assert "UTF-8" in message.text
    _assert_same_config(watched, before)


def test_a_deleted_branch_changes_nothing(watched: Watched) -> None:
    """A branch that is gone is a fault of the source, and everything stays as it was."""
    before, targets = watched.newest, watched.store.targets()
    watched.remote.delete("refs/heads/main")
    outcome = watched.look()
    assert outcome.fault is not None
    assert watched.state.fault == outcome.fault
    assert "branch `main` is gone" in outcome.fault
    assert before.commit[:12] in outcome.fault
    assert watched.newest == before
    assert watched.store.targets() == targets
    watched.remote.run("update-ref", "refs/heads/main", before.commit)
    assert watched.look().fault is None
    assert watched.state.fault is None


def test_a_repository_that_is_gone_changes_nothing(watched: Watched) -> None:
    """A remote that cannot be reached is a fault, not an empty fleet."""
    before = watched.newest
    watched.remote.vanish()
    assert watched.look().fault is not None
    assert watched.newest == before


def test_an_emptied_repository_is_refused(watched: Watched) -> None:
    """A commit that deletes everything is more likely a mistake than a wish."""
    before = watched.newest
    watched.push(dict.fromkeys(seed()))
    assert "PER0205" in "\n".join(watched.said(None))
    _assert_same_config(watched, before)


def test_a_missing_fleet_file_is_refused(watched: Watched) -> None:
    """Without fleet.yaml nobody knows what belongs where, so the whole commit waits."""
    before = watched.newest
    watched.push({"fleet.yaml": None, "configs/other/more.yaml": service("more")})
    assert any("fleet.yaml" in line for line in watched.said(None))
    _assert_same_config(watched, before)


def test_an_unreadable_fleet_file_is_refused(watched: Watched) -> None:
    """A mistake in fleet.yaml is named like any other."""
    before = watched.newest
    watched.push({"fleet.yaml": FLEET.replace(b"sets:", b"set:")})
    (line,) = watched.said(None)
    assert line.startswith("fleet.yaml:5:3: error IST0106")
    assert "`sets`" in line
    _assert_same_config(watched, before)


def test_a_force_push_to_unrelated_history_is_accepted_and_said(watched: Watched) -> None:
    """What the new history holds counts; that it is a new one stands in the revision's notes."""
    before = watched.newest
    files = {name: data for name, data in seed().items() if data is not None}
    commit = watched.remote.commit({**files, "configs/other/more.yaml": service("more")})
    watched.look()
    assert watched.state.refusals == ()
    assert watched.newest.commit == commit
    assert watched.newest.parent == before.id
    (note,) = watched.newest.notes
    assert "history was rewritten" in note
    assert before.commit in note
    assert commit in note


def test_an_invalid_force_push_keeps_the_last_good_state(watched: Watched) -> None:
    """Also when the accepted commit is in no history of the remote any more, it stays readable."""
    before = watched.newest
    files = {name: data for name, data in seed().items() if data is not None}
    watched.remote.commit({**files, "configs/hello/route.yaml": b"bad: [\n"})
    watched.look()
    assert watched.message("hello").code == "PER0101"
    _assert_same_config(watched, before)
    assert watched.source.repo.commit(before.commit).id == before.commit


def test_a_broken_set_does_not_hold_back_a_good_one(watched: Watched) -> None:
    """One commit breaks a set and changes another: only the broken one waits."""
    before = {str(item.name): item for item in watched.newest.sets}
    commit = watched.push(
        {
            "configs/hello/route.yaml": ROUTE + b"  bad: [\n",
            "configs/other/more.yaml": service("more"),
        }
    )
    after = {str(item.name): item for item in watched.newest.sets}
    assert watched.message("hello").code == "PER0101"
    assert after["hello"].tree == before["hello"].tree
    assert after["hello"].commit == before["hello"].commit
    assert after["other"].tree != before["other"].tree
    assert after["other"].commit == commit
    assert watched.newest.commit == commit
    watched.push({"configs/hello/route.yaml": ROUTE})
    assert watched.state.refusals == ()


def test_with_accept_commit_a_broken_set_holds_back_everything(watched: Watched) -> None:
    """A fleet that wants whole commits gets whole commits."""
    watched.push({"fleet.yaml": FLEET.replace(b"spec:\n", b"spec:\n  accept: commit\n")})
    assert watched.state.refusals == ()
    before = watched.newest
    watched.push(
        {
            "configs/hello/route.yaml": ROUTE + b"  bad: [\n",
            "configs/other/more.yaml": service("more"),
        }
    )
    assert watched.refused == {None}
    assert "configs/hello/route.yaml" in "\n".join(watched.said(None))
    _assert_same_config(watched, before)


def test_taking_away_what_another_set_needs_is_refused(watched: Watched) -> None:
    """Deleting the subsets breaks the route that uses them, and both places are named."""
    before = watched.newest
    watched.push({"configs/hello/subsets.yaml": None})
    assert "IST0101" in "\n".join(watched.said("hello"))
    _assert_same_config(watched, before)


def test_a_change_of_comments_changes_no_object(watched: Watched) -> None:
    """Comments, key order and spacing have no meaning: every object keeps its hash."""
    before, hashes = watched.newest, watched.hashes()
    watched.push({"configs/hello/subsets.yaml": b"# a comment\n\n" + subsets("hello")})
    assert watched.newest.id != before.id
    assert watched.hashes() == hashes


def test_a_commit_beside_all_sets_makes_no_revision(watched: Watched) -> None:
    """A change of the documentation is looked at, and nothing follows from it."""
    before = watched.newest
    commit = watched.push({"README.md": b"hello\n"})
    assert watched.newest == before
    assert watched.state.head == commit


def test_a_refused_commit_is_not_judged_at_every_poll(watched: Watched) -> None:
    """The next look at the same head does nothing, and the refusal stays readable."""
    watched.push({"configs/hello/route.yaml": ROUTE + b"  bad: [\n"})
    state, steps = watched.state, len(watched.steps.names)
    assert watched.look().work.head is None
    assert watched.state == state
    assert len(watched.steps.names) == steps
