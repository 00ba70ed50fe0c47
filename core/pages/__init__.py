"""The page kit: one template environment, one style, number formats and SVG charts for every page that is written.

Others use `environment.render`, `formats`, `table` and `charts`, and let their templates extend `base.jinja`;
`insights` is what insights look like. Pages are self-contained, escape everything that is put into them, and run no
script but one that a room gives to `render`.
"""
