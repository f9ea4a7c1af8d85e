"""Tests of inventories: what is written, and what a disk is spared."""

from dataclasses import replace

from sqlalchemy import Engine

from libs.adapters.sql.inventory import read_inventory, write_inventory
from libs.adapters.sql.tests.database import PLACE, statements
from libs.adapters.sql.transactions import read, write
from libs.kernel.ids import ClusterName, ObjectHash, SetName
from libs.kernel.inventory import InventoryRecord, Phase
from libs.kernel.origins import ObjectKey

CLUSTER = ClusterName("cluster1")


def a_record(name: str) -> InventoryRecord:
    """Return a record of an object that was written once."""
    key = ObjectKey("", "ConfigMap", "default", name)
    return InventoryRecord(key, "v1", SetName("shop"), Phase.APPLIED, ObjectHash("1"), "u", 1, "o")


def test_only_records_that_changed_are_written(engine: Engine) -> None:
    """Repeating an inventory but for one record writes one row."""
    many = [a_record(f"object{number:04d}") for number in range(1200)]
    write(engine, PLACE, lambda c: write_inventory(c, CLUSTER, many, []))
    changed = replace(many[7], phase=Phase.DELETING)
    with statements(engine) as seen:
        write(engine, PLACE, lambda c: write_inventory(c, CLUSTER, [*many[:7], changed], []))
    assert len([one for one in seen if one.startswith("INSERT")]) == 1
    found = read(engine, PLACE, lambda c: read_inventory(c, CLUSTER))
    assert found == [*many[:7], changed, *many[8:]]


def test_a_record_that_is_also_gone_is_gone(engine: Engine) -> None:
    """Who says both in one write says that nothing is left."""
    write(engine, PLACE, lambda c: write_inventory(c, CLUSTER, [a_record("a")], []))
    one = a_record("a")
    write(engine, PLACE, lambda c: write_inventory(c, CLUSTER, [one], [one.key]))
    assert read(engine, PLACE, lambda c: read_inventory(c, CLUSTER)) == []
