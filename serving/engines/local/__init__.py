"""transformers in this process, with grammars by Outlines and prefixes shared between rows."""
