"""More and better labelled rows: copies, paraphrases, distilled labels, and labels that may be wrong.

`augment.augment` copies rows inside a training; the others are commands of their own (`fewsight paraphrase`, `label`
and `audit`).
"""
