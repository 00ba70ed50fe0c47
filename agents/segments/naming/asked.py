"""The two questions that a model is asked: what a segment is, and whether its criterion holds of a customer."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, StringConstraints

from fewsight.prompts.task import LANGUAGES, STYLES, Task

NAMING: Final = "segment_name"
JUDGING: Final = "segment_criterion"
_END = """
{% block history %}
{% include "history.en.v1.jinja" %}
{% endblock %}
{% block question %}
Answer:
{% endblock %}
"""
_NAME = """{% block instructions %}
Customers of a shop were divided into groups. The message says by which facts one group differs from everyone.
Give the group a name of two to four words, and in one short sentence say by what a customer belongs to it.
Use words such as often, seldom, much, little, recent. Write no digits.
{% endblock %}"""


class Named(BaseModel):
    """A segment in words."""

    name: Annotated[str, StringConstraints(min_length=3, max_length=40)] = Field(description="two to four words")
    criterion: Annotated[str, StringConstraints(min_length=10, max_length=140)] = Field(
        description="one sentence: by what a customer belongs to it"
    )


class Judged(BaseModel):
    """Whether a criterion holds of a customer."""

    holds: Literal["yes", "no"] = Field(description="whether the sentence is true of the customer")


def naming_task() -> Task:
    """The task that names a segment by its card."""
    return _task(NAMING, "What is this group of customers?", Named, _NAME)


def judging_task(criterion: str) -> Task:
    """The task that asks whether a criterion holds of a customer."""
    sentence = criterion.replace("{", "(").replace("}", ")")  # never a template
    asked = f"""{{% block instructions %}}
The message holds the facts of a customer. Is this sentence true of the customer?
Sentence: {sentence}
{{% endblock %}}"""
    return _task(JUDGING, "Does the criterion hold?", Judged, asked)


def _task(name: str, title: str, output: type[BaseModel], instructions: str) -> Task:
    templates = {(language, style): instructions + _END for language in LANGUAGES for style in STYLES}
    return Task(name=name, version="v1", title=title, output=output, templates=templates)
