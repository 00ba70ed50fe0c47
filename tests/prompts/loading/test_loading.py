from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest

from fewsight.errors import TaskError
from fewsight.prompts.loading import finding as loading
from fewsight.prompts.loading.finding import load_task, task_names, task_places
from fewsight.prompts.task import NoneOfThese

TOML = 'name = "mood"\nversion = "v2"\ntitle = "Mood?"\n'
MODEL = """
from typing import Literal
from pydantic import BaseModel, Field
class Mood(BaseModel):
    value: Literal["good", "bad"]
class Output(BaseModel):
    mood: Mood
    note: str = Field("", max_length=9)
"""
BLOCKS = "".join(f"{{% block {name} %}}{{% endblock %}}" for name in ("instructions", "shot", "history", "question"))
SHOT = '{"id": "s1", "text": "fine", "answer": {"mood": {"value": "good"}}}\n'

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a task folder `mood` in the working directory; a file that is None is left out."""
    monkeypatch.chdir(tmp_path)

    def write(under: str = ".", **changes: str | None) -> Path:
        files = {"task_toml": TOML, "model_py": MODEL, "full_en_v2_jinja": BLOCKS, "shots_en_jsonl": SHOT} | changes
        place = tmp_path / under / "mood"
        place.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            if text is not None:
                (place / name.replace("_", ".")).write_text(text, "utf-8")
        return place

    return write


def problems(path: Path) -> str:
    with pytest.raises(TaskError) as caught:
        load_task(path)
    return str(caught.value)


def test_built_in_tasks_load_and_their_models_are_the_importable_ones() -> None:
    from fewsight.prompts.tasks.intent.model import Output

    assert {"intent", "sentiment", "churn_reason", "persona"} <= set(task_names())
    assert load_task("intent").output is Output


@pytest.mark.parametrize("under", [".", "tasks"])
def test_a_folder_in_the_working_directory_is_found_by_name(folder: Write, under: str) -> None:
    place = folder(under)
    task = load_task("mood")
    assert (task.name, task.version, task.title) == ("mood", "v2", "Mood?")
    assert task.folder is not None
    assert task.folder.resolve() == place.resolve()
    assert [shot.id for shot in task.shots] == ["s1"]
    assert load_task(place).shots == task.shots


def test_ones_own_folder_comes_before_a_built_in_task(folder: Write) -> None:
    folder().rename("intent")
    Path("intent/task.toml").write_text(TOML.replace("mood", "intent"), "utf-8")
    assert load_task("intent").title == "Mood?"
    assert [place.origin for place in task_places() if place.name == "intent"] == ["yours", "built in"]


def test_a_folder_without_task_toml_is_no_task(folder: Write) -> None:
    folder(task_toml=None)
    with pytest.raises(TaskError, match="no task 'mood'"):
        load_task("mood")
    with pytest.raises(TaskError, match="it holds no task"):
        load_task("./mood")


def test_an_unknown_name_is_answered_with_what_is_meant() -> None:
    with pytest.raises(TaskError, match="Did you mean 'sentiment'"):
        load_task("sentimnt")


def test_the_newest_template_up_to_the_version_is_taken_and_compact_falls_back_to_full(folder: Write) -> None:
    place = folder(full_en_v1_jinja="old" + BLOCKS, full_en_v2_jinja="new" + BLOCKS, full_en_v3_jinja="next" + BLOCKS)
    templates = load_task(place).templates
    assert templates == {("en", "full"): "new" + BLOCKS, ("en", "compact"): "new" + BLOCKS}


def test_model_py_runs_again_only_where_it_changed(folder: Write) -> None:
    place = folder()
    first = load_task(place).output
    assert load_task(place).output is first
    (place / "model.py").write_text(MODEL.replace("note", "remark"), "utf-8")
    assert "remark" in load_task(place).output.model_fields


@pytest.mark.parametrize("table", ['[descriptions.en."mood.value"]', "[descriptions.en.mood.value]"])
def test_descriptions_name_nested_fields_by_dotted_paths(folder: Write, table: str) -> None:
    task = load_task(folder(task_toml=f'{TOML}{table}\ngood = "glad"\n'))
    assert task.descriptions == {"en": {"mood.value": {"good": "glad"}}}


def test_none_of_these_is_a_label_of_the_first_field(folder: Write) -> None:
    good = '[none_of_these]\nlabel = "bad"\nthreshold = 0.3\n'
    assert load_task(folder(task_toml=TOML + good)).none_of_these == NoneOfThese("bad", 0.3)
    said = problems(folder(task_toml=TOML + good.replace("bad", "bda").replace("0.3", "3")))
    assert "none_of_these.label is 'bda', not a label. Did you mean 'bad'?" in said
    assert "none_of_these.threshold is 3" in said


def test_all_problems_of_a_folder_are_reported_at_once(folder: Write) -> None:
    place = folder(
        task_toml='name = "moods"\nversion = "2"\ntitel = "Mood?"\n[descriptions.en.mood]\ngood = "x"\n',
        full_en_v2_jinja="{% block instructions %}",
        shots_en_jsonl=SHOT + SHOT + '{"id": "s3", "text": "meh", "answer": {"mood": {"value": "meh"}}}\n',
        full_en_v0_jinja="{% block shot %}{% endblock %}",
    )
    said = problems(place)
    for part in (
        "task.toml: unknown key 'titel'. Did you mean 'title'",
        "task.toml: name is 'moods' but the folder is 'mood'",
        "task.toml: version is '2'; write v1",
        "task.toml: 'title' is missing",
        "[descriptions.en] mood is not a closed field. Known: mood.value",
        "full.en.v0.jinja: has no {% block history %}",
        "shots.en.jsonl line 2: id 's1' is also in shots.en.jsonl line 1",
        "shots.en.jsonl line 3: answer.mood.value: Input should be 'good' or 'bad'",
    ):
        assert part in said


def test_many_problems_are_counted(folder: Write) -> None:
    said = problems(folder(shots_en_jsonl="{}\n" * 50))
    assert "has 50 problems" in said
    assert "... and 30 more" in said


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (None, "model.py: is missing"),
        ("def Output(", "SyntaxError: '(' was never closed"),
        ("\nimport nowhere_at_all", "ModuleNotFoundError: No module named 'nowhere_at_all' (line 2)"),
        ("Output = 3", "Output is 3; define `class Output"),
        ("from pydantic import BaseModel\nclass Output(BaseModel): pass", "Output has no fields"),
        (MODEL + "    late: bool = True", "late is closed but stands after an open field"),
        ("raise SystemExit(3)", "model.py: ends the program"),
    ],
)
def test_a_wrong_model_says_what_is_wrong(folder: Write, source: str | None, message: str) -> None:
    assert message in problems(folder(model_py=source))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"full_en_v2_jinja": None}, "full.en.v2.jinja: is missing"),
        ({"full_en_v2_jinja": "{{ oops"}, "full.en.v2.jinja: line 1"),
        ({"compact_zh_v1_jinja": BLOCKS}, "full.zh.v2.jinja: is missing"),
        ({"task_toml": "name = "}, "task.toml: not TOML"),
    ],
)
def test_wrong_files_are_named(folder: Write, files: dict[str, str | None], message: str) -> None:
    assert message in problems(folder(**files))


def test_a_labelling_folder_needs_no_model_and_no_template(folder: Write) -> None:
    toml = TOML + '[labelling]\nfield = "mood"\nlabels = ["good", "so/so?"]\n'
    shot = '{"id": "s1", "text": "fine", "answer": {"mood": "so/so?"}}'
    task = load_task(folder(task_toml=toml, model_py=None, full_en_v2_jinja=None, shots_en_jsonl=shot))
    assert task.shots[0].answer == {"mood": "so/so?"}
    assert set(task.templates) == {("en", "full"), ("en", "compact"), ("zh", "full"), ("zh", "compact")}


def test_a_labelling_folder_with_a_model_or_wrong_labels_is_refused(folder: Write) -> None:
    said = problems(folder(task_toml=TOML + '[labelling]\nfield = "copy"\nlabels = ["a", "a", ""]\n'))
    for part in (
        "a labelling task has none",
        "'copy' can't name a field",
        "label 2: 'a' is there twice",
        "label 3: ''",
    ):
        assert part in said


def test_installed_packages_offer_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    task = load_task("intent")
    monkeypatch.setattr(loading, "_offered", SimpleNamespace(task=lambda: task, wrong=3), raising=False)
    points = [
        EntryPoint(n, f"fewsight.prompts.loading.finding:_offered.{n}", loading.GROUP)
        for n in ("task", "wrong", "gone")
    ]
    monkeypatch.setattr(loading, "entry_points", lambda group: points)
    assert load_task("task") is task
    with pytest.raises(TaskError, match="is 3; it must be a Task"):
        load_task("wrong")
    with pytest.raises(TaskError, match="can't be loaded"):
        load_task("gone")
