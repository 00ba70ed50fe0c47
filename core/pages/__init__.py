"""The page kit: one template environment, one style, number formats and SVG charts for every page that is written.

Others use `environment.render`, `formats` and `charts`, and let their templates extend `base.jinja`; `card` is what
insights look like. Pages are self-contained, have no scripts, and escape everything that is put into them.
"""
