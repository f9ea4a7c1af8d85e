"""The committed schema tables are those of the messages that are installed."""

from tools.hashschema.generate import TARGET, text


def test_the_tables_are_fresh() -> None:
    """When this fails, run `python -m tools.hashschema`."""
    assert TARGET.read_text(encoding="utf-8") == text()
