"""What can be said about a template without rendering it."""

from collections.abc import Iterator

from fewsight.prompts.task import BLOCKS


def template_problems(source: str) -> Iterator[str]:
    """What is wrong with Jinja source: syntax, or blocks that are missing where it extends no other template."""
    from jinja2 import TemplateSyntaxError, nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    try:
        tree = ImmutableSandboxedEnvironment().parse(source)
    except TemplateSyntaxError as error:
        yield f"line {error.lineno}: {error.message}"
        return
    if not list(tree.find_all(nodes.Extends)):
        blocks = {block.name for block in tree.find_all(nodes.Block)}
        for name in BLOCKS:
            if name not in blocks:
                yield f"has no {{% block {name} %}}; a template has the blocks {', '.join(BLOCKS)}"
