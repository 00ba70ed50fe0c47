from fewsight.insight import Insight
from fewsight.prompts.answer.form import AnswerForm
from fewsight.prompts.loading.finding import load_task
from fewsight.serving.run.summary import MOST_ERRORS, OTHER_ERRORS, RunSummary
from fewsight.tokenizer import Tokenizer


def test_errors_that_all_differ_do_not_fill_the_memory(tokenizer: Tokenizer) -> None:
    summary, form = RunSummary(), AnswerForm(load_task("intent").output, tokenizer)
    for number in range(MOST_ERRORS + 5):
        summary.add(Insight("c", "intent", None, None, status="failed", error=f"{number} tokens"), form)
    summary.add(Insight("c", "intent", None, None, status="failed", error="7 tokens"), form)
    assert len(summary.errors) == MOST_ERRORS + 1
    assert summary.errors[OTHER_ERRORS] == 5
    assert summary.errors["7 tokens"] == 2
