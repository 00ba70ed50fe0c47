"""What shells complete beside commands and options."""

import click


def complete_tasks(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Names of tasks that begin like this."""
    from fewsight.prompts.loading.finding import task_names

    return [name for name in task_names() if name.startswith(begun)]
