"""What an evaluation says first."""

from fewsight.evals.model import ArmPart, Cost, FieldPart, Figure, Pair
from fewsight.evals.report.error_sentences import error_sentences
from fewsight.evals.report.sentences import field_sentences, task_sentences


def field(path: str, gap: Figure, p: float) -> FieldPart:
    figures = {"a": {"accuracy": Figure(value=0.6, low=0.5, high=0.7, rows=100)}}
    figures["z"] = {"accuracy": Figure(value=0.6 - gap.value, low=0.4, high=0.8, rows=100)}
    pair = Pair(first="a", second="z", difference=gap, p=p, p_holm=p)
    best = "a" if gap.value >= 0 else "z"
    return FieldPart(path=path, labels=("x", "y"), headline="accuracy", figures=figures, best=best, pairs=(pair,))


ARMS = (
    ArmPart(name="a", kind="adapter", family="a", description="", cost=Cost()),
    ArmPart(name="z", kind="prompt", family="z", description="", cost=Cost()),
)
UNSURE = field("f", Figure(value=0.02, low=-0.08, high=0.12), 0.7)


def test_what_may_be_chance_says_what_these_two_would_have_shown() -> None:
    first, *_ = field_sentences(UNSURE, ARMS, ())
    assert first.startswith("These rows do not show that fine-tuning pays: a and z differ by 2.0 points")
    assert first.endswith("A difference of 14.3 points or more between them would likely have shown."), (
        "(1.96 + 0.84) / 1.96 times half of the interval's 20 points, whatever other arms show"
    )


def test_a_task_of_many_fields_has_few_sentences() -> None:
    fields = [
        one.model_copy(update={"sentences": field_sentences(one, ARMS, ())})
        for one in (UNSURE, field("g", Figure(value=-0.3, low=-0.4, high=-0.2), 0.001), UNSURE)
    ]
    lines = task_sentences(fields)
    assert lines[-1] == "Best of 3 fields: a in 2, z in 1."
    assert all(line.startswith("f: ") for line in lines[:-1])
    assert len(lines) == len(fields[0].sentences) + 1
    assert task_sentences(fields[:1]) == fields[0].sentences
    assert fields[1].sentences[0].startswith("Prompting is enough: z beats a by 30.0 points")


def test_a_classic_model_may_be_enough() -> None:
    worse = field("f", Figure(value=-0.1, low=-0.15, high=-0.05), 0.001)
    arms = (ARMS[0], ARMS[1].model_copy(update={"kind": "baseline"}))
    first, second, _ = field_sentences(worse, arms, ())
    assert first == "A classic model is enough: z beats a."
    assert second.startswith("z has the highest accuracy")
    unsure = field("f", Figure(value=-0.02, low=-0.12, high=0.08), 0.7)
    assert field_sentences(unsure, arms, ())[0].startswith("z has the highest accuracy"), (
        "what may be chance is no verdict"
    )


def test_a_classic_model_that_errs_less_is_named() -> None:
    def errors(low: float, p: float) -> FieldPart:
        figures = {
            "a": {"accuracy": Figure(value=0.6), "mean_absolute_error": Figure(value=2.5, low=2.1, high=2.9)},
            "z": {"accuracy": Figure(value=0.5), "mean_absolute_error": Figure(value=1.5, low=1.2, high=1.8)},
        }
        pair = Pair(first="a", second="z", difference=Figure(value=1.0, low=low, high=1.4), p=p, p_holm=p)
        return field("f", Figure(value=0.1), 0.001).model_copy(
            update={"figures": figures, "pairs_by_error": {"mean_absolute_error": (pair,)}}
        )

    arms = (ARMS[0], ARMS[1].model_copy(update={"kind": "baseline"}))
    assert error_sentences(errors(0.6, 0.002), arms) == (
        "By mean error a classic model wins: z, 1.50 (1.20 to 1.80); that is 1.00 (0.600 to 1.40) less than a "
        "(p = 0.002 after Holm's correction), the best of the others.",
    )
    assert error_sentences(errors(0.6, 0.002), ARMS) == (
        "By mean error the best is z, 1.50 (1.20 to 1.80); that is 1.00 (0.600 to 1.40) less than a "
        "(p = 0.002 after Holm's correction), the next.",
    )
    (unsure,) = error_sentences(errors(-0.1, 0.2), arms)
    assert "its lead over a, the next, is 1.00 (-0.100 to 1.40) and may be chance (p = 0.2" in unsure
    assert error_sentences(UNSURE, ARMS) == ()
