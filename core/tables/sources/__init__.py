"""Tables as rows: CSV, JSONL, Parquet, SQL and pandas. Others use `opening.open_source`."""
