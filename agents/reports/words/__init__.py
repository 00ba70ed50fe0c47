"""The words of reports: sentences with slots, in English and Chinese (`wording`, `words.toml`)."""
