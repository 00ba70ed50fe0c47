import pytest

from fewsight.events import CustomerHistory
from fewsight.ledger import Answer
from fewsight.prompts.answer.form import AnswerForm
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.render import Prompt
from fewsight.serving.engines.base import EngineIdentity, Failure
from fewsight.serving.run.assemble import Assembler
from fewsight.serving.run.prepare import Item
from fewsight.tokenizer import Tokenizer

IDENTITY = EngineIdentity("scripted", "1", "tiny", "m" * 64, "t" * 64, "none", "none")
EVENTS = {"E1": "real-1", "E2": "real-2"}
PROMPT = Prompt("", (), "", (1, 2))
TEMPLATE = "churn_reason.full.en.v1"
ITEM = Item("c", CustomerHistory("c"), "churn_reason", "en", PROMPT, 2, EVENTS, ("s1",), 4, 0, ("w",), TEMPLATE)


@pytest.fixture
def form(tokenizer: Tokenizer) -> AnswerForm:
    return AnswerForm(load_task("churn_reason").output, tokenizer)


def test_evidence_becomes_real_ids_each_once(form: AnswerForm) -> None:
    text = '{"reason":"delivery/late","evidence":["E2","E1","E2"],"summary":"Late."}'
    insight = Assembler(IDENTITY, "adapters/a", None, 3).insight(ITEM, form, Answer(text, answer_tokens=9))
    assert insight.status == "ok"
    assert insight.evidence == ("real-2", "real-1")
    assert insight.answer == {
        "reason": "delivery/late",
        "evidence": ["real-2", "real-1"],
        "summary": "Late.",
        "category": "delivery",
    }
    origin = insight.provenance
    assert origin is not None
    assert (origin.task_version, origin.shots, origin.events_left_out, origin.seed) == ("v1", ("s1",), 4, 3)
    assert (origin.adapter, origin.prompt_tokens, origin.answer_tokens, origin.warnings) == ("adapters/a", 2, 9, ("w",))


def test_marginals_of_a_taxonomy(form: AnswerForm) -> None:
    joint = {"price/too_expensive": 0.25, "price/competitor_offer": 0.5, "unknown": 0.25}
    answer = Answer('{"reason":"unknown","evidence":[],"summary":"x"}', normalised={"reason": joint})
    found = Assembler(IDENTITY, None, None, 0).insight(ITEM, form, answer).probabilities
    assert found == {"reason": joint, "reason.category": {"price": 0.75, "unknown": 0.25}}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"reason":"no/such","evidence":[],"summary":"x"}', "reason: Input should be"),
        ('{"reason":"unknown","evidence":[]}', "summary: Field required"),
        ('{"reason":"unkn', "Invalid JSON"),
    ],
)
def test_what_is_not_an_answer_is_invalid_with_the_reason(form: AnswerForm, text: str, reason: str) -> None:
    insight = Assembler(IDENTITY, None, None, 0).insight(ITEM, form, Answer(text))
    assert (insight.status, insight.answer, insight.evidence) == ("invalid", None, ())
    assert reason in (insight.error or "")


def test_failures_and_truncated_answers_keep_their_reason(form: AnswerForm) -> None:
    assembler = Assembler(IDENTITY, None, None, 0)
    failed = assembler.insight(ITEM, form, Failure("c", "too long"))
    assert (failed.status, failed.error, failed.answer) == ("failed", "too long", None)
    whole = '{"reason":"unknown","evidence":[],"summary":"x"}'
    cut = assembler.insight(ITEM, form, Answer(whole, normalised={"reason": {"unknown": 1.0}}, error="cut"))
    assert (cut.status, cut.error, cut.answer) == ("invalid", "cut", None)  # although it would parse
    assert cut.probabilities["reason"] == {"unknown": 1.0}
