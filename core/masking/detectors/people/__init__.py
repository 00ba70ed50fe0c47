"""Names of people that no table tells.

Others use `cues.named` with `cues.TRIGGERS`, `chinese.chinese_names`, and the ordinary words of `vocabulary`.
"""
