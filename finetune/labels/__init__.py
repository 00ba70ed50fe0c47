"""More and better labelled rows: copies, paraphrases, distilled labels, and labels that may be wrong."""
