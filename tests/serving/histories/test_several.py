"""`fewsight histories` of several tables: all mappings are shown, and written as one file with sections."""

from pathlib import Path

from click.testing import CliRunner, Result

from fewsight.serving.histories.cli import histories

ORDERS = "order_id,customer_id,placed_at,total,currency\n7,1,2024-01-05T09:00:00Z,9.00,EUR\n8,2,never,1.00,EUR\n"
ITEMS = "order_id,product_name,unit_price\n7,Kettle,5.00\n7,Cup,4.00\n"
WEB = "customer_id,viewed_at,page\n1,2024-01-04T09:00:00Z,/kettles\n"


def run(*words: object) -> Result:
    return CliRunner().invoke(histories, [str(word) for word in words])


def test_mappings_of_all_tables_are_shown_written_and_read_back(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.csv" for name in ("orders", "order_items", "web")]
    for file, text in zip(files, (ORDERS, ITEMS, WEB), strict=True):
        file.write_text(text, encoding="utf-8")
    first = run(*files, "--write-mapping", tmp_path / "map.toml")
    assert first.exit_code == 0, first.output
    for part in (
        "Table 'web'. One row is one event",
        "kind         always 'view'  (by the table's name, 'web')",
        "left out: 1 x not a time",
        "(table 'orders', column 'placed_at', first on line 3: 'never')",
        "E2 2024-01-05 order: Cup; Kettle, 9.00 EUR",
    ):
        assert part in first.output
    written = (tmp_path / "map.toml").read_text(encoding="utf-8")
    assert "[order_items.columns]" in written
    again = run(*files, "--mapping", tmp_path / "map.toml")
    assert again.exit_code == 0, again.output
    assert again.output.partition("4 rows")[2] == first.output.partition("4 rows")[2].replace(
        f"The mapping is in {str(tmp_path / 'map.toml')!r}; change it, and give it with --mapping.\n", ""
    )
    assert "mapping guessed" not in again.output
