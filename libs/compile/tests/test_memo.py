"""Nodes: when they run again, and what is repeated of those that do not."""

from collections.abc import Callable, Mapping

from libs.compile.memo import Change, Memo, Run
from libs.compile.recorded import RecordedMapping
from libs.kernel import xds
from libs.kernel.ids import ResourceName
from libs.kernel.origins import ObjectKey


class Counted:
    """A computation over one table that says how often each of its nodes ran."""

    def __init__(self) -> None:
        """Start with nothing kept."""
        self.memo, self.ran = Memo(), list[str]()

    def lookup(self, table: dict[str, int], *keys: str, factor: int = 1) -> list[int | None]:
        """Look up each key in a node of its own, all of them within one outer node."""
        run = Run(self.memo)
        run.table("t", table)
        shown = RecordedMapping(run, "t", table)

        def one(key: str) -> int | None:
            self.ran.append(key)
            found: int | None = shown.get(key)
            if found is None:
                run.frame.problems.append(f"no {key}")
            return found and found * factor

        def every() -> list[int | None]:
            self.ran.append("all")
            return [run.node(key, factor, one_of(key)) for key in keys]

        def one_of(key: str) -> Callable[[], int | None]:
            return lambda: one(key)

        result = run.node("all", (keys, factor), every)
        self.problems = run.frame.problems
        run.keep()
        return result


def test_nothing_runs_again_while_the_table_is_the_same() -> None:
    """The result is the same object, and the notes are repeated."""
    counted = Counted()
    first = counted.lookup({"a": 1}, "a", "b")
    counted.ran.clear()
    assert counted.lookup({"a": 1}, "a", "b") is first
    assert counted.ran == []
    assert counted.problems == ["no b"]


def test_only_nodes_that_read_a_changed_key_run_again() -> None:
    """The outer node runs for its inner one; the other inner one stands."""
    counted = Counted()
    counted.lookup({"a": 1, "b": 2}, "a", "b")
    counted.ran.clear()
    assert counted.lookup({"a": 1, "b": 3}, "a", "b") == [1, 3]
    assert counted.ran == ["all", "b"]


def test_a_key_that_was_missed_counts_when_it_appears() -> None:
    """A miss is a read, and the problem of it goes away."""
    counted = Counted()
    counted.lookup({"a": 1}, "a", "b")
    counted.ran.clear()
    assert counted.lookup({"a": 1, "b": 2}, "a", "b") == [1, 2]
    assert counted.ran == ["all", "b"]
    assert counted.problems == []


def test_a_key_that_nobody_read_runs_nothing() -> None:
    """It may come and go."""
    counted = Counted()
    counted.lookup({"a": 1}, "a")
    counted.ran.clear()
    counted.lookup({"a": 1, "z": 2}, "a")
    assert counted.ran == []


def test_other_inputs_run_a_node() -> None:
    """Whatever it read is the same."""
    counted = Counted()
    counted.lookup({"a": 1}, "a")
    counted.ran.clear()
    assert counted.lookup({"a": 1}, "a", factor=5) == [5]
    assert counted.ran == ["all", "a"]


def test_nodes_that_are_not_asked_for_any_more_are_dropped() -> None:
    """Asked for again, they run again."""
    counted = Counted()
    counted.lookup({"a": 1, "b": 2}, "a", "b")
    counted.lookup({"a": 1, "b": 2}, "a")
    counted.ran.clear()
    counted.lookup({"a": 1, "b": 2}, "a", "b")
    assert counted.ran == ["all", "b"]


def test_a_node_that_ran_in_this_compilation_is_not_run_twice() -> None:
    """Even where its table differs from the last compilation's."""
    counted = Counted()
    counted.lookup({"a": 1}, "a")
    counted.ran.clear()
    assert counted.lookup({"a": 2}, "a", "a") == [2, 2]
    assert counted.ran == ["all", "a"]


def test_the_order_of_a_table_is_part_of_reading_it_whole() -> None:
    """Equal entries in another order are another table for who goes through them."""
    memo = Memo()

    def first_of(table: dict[str, int]) -> str:
        run = Run(memo)
        run.table("t", table)
        found = run.node("first", None, lambda: next(iter(RecordedMapping(run, "t", table))))
        run.keep()
        return found

    assert first_of({"a": 1, "b": 2}) == "a"
    assert first_of({"b": 2, "a": 1}) == "b"


def test_members_of_a_group_say_their_problems_in_the_order_of_its_items() -> None:
    """Also when only that order changes, and no member runs again."""
    memo, ran = Memo(), list[str]()

    def problems(items: dict[str, int]) -> list[str]:
        run = Run(memo)

        def build(item: int) -> int:
            ran.append(str(item))
            run.frame.problems.append(f"problem {item}")
            return item

        run.group("g", items, build, lambda members, _: sum(members.values()))
        run.keep()
        return run.frame.problems

    assert problems({"a": 1, "b": 2}) == ["problem 1", "problem 2"]
    assert problems({"b": 2, "a": 1}) == ["problem 2", "problem 1"]
    assert ran == ["1", "2"]


def test_only_members_of_a_group_that_read_what_changed_run_again() -> None:
    """And those that are new; what is put together knows which they are."""
    memo, ran, told = Memo(), list[str](), list[object]()

    def total(items: dict[str, str], table: dict[str, int]) -> int:
        run = Run(memo)
        run.table("t", table)

        def build(item: str) -> int:
            ran.append(item)
            return int(RecordedMapping(run, "t", table).get(item, 0))

        def fold(members: Mapping[str, int], change: Change[int, int] | None) -> int:
            told.append(sorted(change.names) if change else None)
            return sum(members.values())

        found = run.group("g", items, build, fold)
        run.keep()
        return found

    assert total({"a": "x", "b": "y"}, {"x": 1}) == 1
    ran.clear()
    assert total({"a": "x", "b": "y"}, {"x": 1, "y": 5}) == 6
    assert ran == ["y"]
    assert total({"b": "y", "c": "z"}, {"x": 1, "y": 5, "z": 7}) == 12
    assert ran == ["y", "z"]
    assert told == [None, ["b"], ["a", "c"]]


def test_a_compilation_that_is_not_kept_leaves_the_memo_as_it_was() -> None:
    """What failed is not taken for what stands."""
    memo = Memo()

    def read(table: dict[str, int], *, keep: bool) -> int:
        run = Run(memo)
        run.table("t", table)
        result = run.node("n", None, lambda: RecordedMapping(run, "t", table)["a"])
        if keep:
            run.keep()
        return result

    assert read({"a": 1}, keep=True) == 1
    assert read({"a": 2}, keep=False) == 2
    assert read({"a": 2}, keep=True) == 2
    assert read({"a": 1}, keep=False) == 1


def test_credits_of_inner_nodes_are_found_from_the_outside() -> None:
    """In a compilation that ran them and in one that did not."""
    memo, credit = Memo(), ((xds.CLUSTER, ResourceName("c")), ObjectKey("", "Service", "n", "s"))

    def credited() -> list[object]:
        run = Run(memo)
        run.node(
            "outer", None, lambda: run.node("inner", 1, lambda: run.frame.credits.append(credit))
        )
        run.keep()
        return list(run.credits())

    assert credited() == [credit]
    assert credited() == [credit]
