"""The task folder of a question about the future."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import tomli_w

from fewsight.files import write_text
from fewsight.outcomes import TaskOutcome
from fewsight.outcomes.outcome import NO, YES
from fewsight.prompts.loading.folder import read_folder
from fewsight.prompts.loading.labelling import VERSION
from fewsight.prompts.predicting.questions import descriptions, question
from fewsight.prompts.task import LANGUAGES, Language

FIELD: Final = "outcome"
"""The field of the answer, and the column of labels."""

_FULL: Final[dict[Language, str]] = {
    "en": """{{% block instructions %}}
The history below ends at one moment. Judge what comes after it: {question}
Choose one of:
{{% for label, description in labels["{field}"] %}}
- {{{{ label }}}}{{{{ ": " ~ description if description }}}}
{{% endfor %}}
{{% endblock %}}
{{% block history %}}
{{% include "history.en.v1.jinja" %}}
{{% endblock %}}
{{% block question %}}
Answer:
{{% endblock %}}
""",
    "zh": """{{% block instructions %}}
下面的记录到某一时刻为止。请判断此后的情况：{question}
从下列答案中选一个：
{{% for label, description in labels["{field}"] %}}
- {{{{ label }}}}{{{{ "：" ~ description if description }}}}
{{% endfor %}}
{{% endblock %}}
{{% block history %}}
{{% include "history.zh.v1.jinja" %}}
{{% endblock %}}
{{% block question %}}
答案：
{{% endblock %}}
""",
}
_COMPACT: Final[dict[Language, str]] = {
    "en": """{{% block instructions %}}
{question}
{{% endblock %}}
{{% block history %}}
{{% include "history.en.v1.jinja" %}}
{{% endblock %}}
{{% block question %}}
Answer:
{{% endblock %}}
""",
    "zh": """{{% block instructions %}}
{question}
{{% endblock %}}
{{% block history %}}
{{% include "history.zh.v1.jinja" %}}
{{% endblock %}}
{{% block question %}}
答案：
{{% endblock %}}
""",
}
_NOTE: Final = """# What is asked: docs/prediction.md. [outcome.expected] has the means of training rows.
"""


def write_folder(folder: Path, asked: TaskOutcome, labels: Sequence[str]) -> None:
    """Write task.toml and the templates, and read them back.

    Args:
        folder: its name is the task's.
        asked: the outcome.
        labels: of the answer, where the outcome is a number.

    Raises:
        TaskError: the folder's name can't name a task.
    """
    outcome = asked.outcome
    names = list(labels) if outcome.is_number else [YES, NO]
    told = {language: {FIELD: descriptions(outcome, names, language)} for language in LANGUAGES}
    table = {**outcome.as_table(), **({"expected": dict(asked.expected)} if asked.expected else {})}
    parts = [
        tomli_w.dumps({"name": folder.name, "version": VERSION, "title": question(outcome, "en")}),
        tomli_w.dumps({"labelling": {"field": FIELD, "labels": names}}),
        _NOTE + tomli_w.dumps({"outcome": table}),
        tomli_w.dumps({"descriptions": told}),
    ]
    write_text(folder / "task.toml", "\n".join(parts))
    for language in LANGUAGES:
        words = _literal(question(outcome, language))
        for style, templates in (("full", _FULL), ("compact", _COMPACT)):
            text = templates[language].format(question=words, field=FIELD)
            write_text(folder / f"{style}.{language}.{VERSION}.jinja", text)
    read_folder(folder)


def _literal(text: str) -> str:
    """Text that a template shows as it is."""
    return text.replace("{", '{{ "{" }}')
