"""Typed questions and their answers, in the two forms that clients of hosted decision models speak.

`DecisionRequest` and `Decision` are OpenAI's `POST /v1/decisions` (public beta, as in openai-python's types of October
2026), for texts. `SystemOneRequest` and `SystemOneReply` are TypeSafe's `POST /v1/systemone` (as documented in autumn
2026), which others serve too.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool, StrictStr, model_validator

from fewsight.serving.service.schemas import Sent, Text, Word

MOST_QUESTIONS: Final = 64
MOST_CHOICES: Final = 255
MOST_LEVELS: Final = 10

Instructions = Annotated[str, Field(min_length=1, max_length=8_000)]
Value = StrictStr | StrictBool
Content = Annotated[str, Field(min_length=1)] | dict[str, JsonValue] | list[JsonValue]


class Predicate(Sent):
    """Is it so? The answer is a probability."""

    type: Literal["predicate"]
    instructions: Instructions
    name: Word | None = None


class ChoiceOption(Sent):
    """One of a choice's values; a string and a boolean of one spelling are two values to a caller, and refused here."""

    value: Value
    description: Text | None = None


class Choice(Sent):
    """Which one fits?"""

    type: Literal["choice"]
    instructions: Instructions
    choices: Annotated[list[ChoiceOption], Field(min_length=2, max_length=MOST_CHOICES)]
    name: Word | None = None


class Level(Sent):
    """A level of a score."""

    label: Word
    description: Text | None = None


class Score(Sent):
    """How much? Levels go from low to high; the answer is the expected one, counted from 0."""

    type: Literal["score"]
    instructions: Instructions
    levels: Annotated[list[Level], Field(min_length=2, max_length=MOST_LEVELS)]
    name: Word | None = None


class TextPart(Sent):
    """A part of a message; images are not read here."""

    type: Literal["input_text"]
    text: Text


class Message(Sent):
    """What a user wrote."""

    role: Literal["user"]
    content: Text | list[TextPart]
    type: Literal["message"] = "message"


Question = Annotated[Predicate | Choice | Score, Field(discriminator="type")]


class DecisionRequest(Sent):
    """`model` is the server's, or 'default'."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": "default",
                    "input": "The kettle leaks, and I want my money back.",
                    "questions": [
                        {"type": "predicate", "name": "refund", "instructions": "Does the customer want a refund?"},
                        {
                            "type": "choice",
                            "instructions": "What is it about?",
                            "choices": [{"value": "product"}, {"value": "delivery", "description": "The parcel."}],
                        },
                        {
                            "type": "score",
                            "instructions": "How upset is the customer?",
                            "levels": [{"label": "calm"}, {"label": "annoyed"}, {"label": "furious"}],
                        },
                    ],
                }
            ]
        }
    )

    model: Word
    input: Annotated[str, Field(min_length=1)] | Annotated[list[Message], Field(min_length=1)]
    questions: Annotated[list[Question], Field(min_length=1, max_length=MOST_QUESTIONS)]
    safety_identifier: Word | None = None

    @model_validator(mode="after")
    def _names_differ(self) -> "DecisionRequest":
        names = [one.name for one in self.questions if one.name is not None]
        if len(set(names)) < len(names):
            raise ValueError("two questions have one name")
        return self


class PredicateAnswer(BaseModel):
    """How probable it is that it is so."""

    type: Literal["predicate"] = "predicate"
    name: str | None
    probability: float


class ValueProbability(BaseModel):
    """Of a choice's value."""

    value: Value
    probability: float


class ChoiceAnswer(BaseModel):
    """The most probable value; `confidence` is its probability."""

    type: Literal["choice"] = "choice"
    name: str | None
    choice: Value
    confidence: float
    probabilities: list[ValueProbability]


class LevelProbability(BaseModel):
    """Of a score's level; `value` is its place, from 0."""

    value: int
    label: str
    probability: float


class ScoreAnswer(BaseModel):
    """The expected level, from 0; `confidence` is the probability of the most probable one."""

    type: Literal["score"] = "score"
    name: str | None
    score: float
    confidence: float
    probabilities: list[LevelProbability]


class InputDetails(BaseModel):
    """Nothing is told of a cache here."""

    cache_write_tokens: int = 0
    cached_tokens: int = 0


class OutputDetails(BaseModel):
    """Nothing is written."""

    reasoning_tokens: int = 0


class Usage(BaseModel):
    """Tokens of all prompts; a decision writes none."""

    input_tokens: int
    input_tokens_details: InputDetails = InputDetails()
    output_tokens: int = 0
    output_tokens_details: OutputDetails = OutputDetails()
    total_tokens: int


class Decision(BaseModel):
    """Answers in the order of the questions."""

    model: str
    answers: list[Annotated[PredicateAnswer | ChoiceAnswer | ScoreAnswer, Field(discriminator="type")]]
    usage: Usage


class NoulCriteria(Sent):
    """What yes and no mean."""

    true: Text | None = None
    false: Text | None = None


class Noul(Sent):
    """Is it so?"""

    type: Literal["noul"]
    instructions: Content
    criteria: NoulCriteria = NoulCriteria()


class NamedChoice(Sent):
    """Which one fits? `criteria` are the options, each with its description or null."""

    type: Literal["choice"]
    instructions: Content
    criteria: Annotated[dict[Word, Text | None], Field(min_length=2, max_length=MOST_CHOICES)]


class Rubric(Sent):
    """How much? `criteria` describe the levels, from low to high."""

    type: Literal["score"]
    instructions: Content
    criteria: Annotated[list[Word], Field(min_length=2, max_length=MOST_LEVELS)]


class SystemOneRequest(Sent):
    """Named questions about a state, which is a text or any JSON."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": "default",
                    "state": {"ticket": "The kettle leaks, and I want my money back."},
                    "questions": {
                        "refund": {"type": "noul", "instructions": "Does the customer want a refund?"},
                        "about": {
                            "type": "choice",
                            "instructions": "About?",
                            "criteria": {"product": "The thing.", "parcel": "Its way."},
                        },
                        "upset": {
                            "type": "score",
                            "instructions": "How upset?",
                            "criteria": ["calm", "annoyed", "furious"],
                        },
                    },
                }
            ]
        }
    )

    model: Word
    state: Content
    questions: Annotated[
        dict[Word, Annotated[Noul | NamedChoice | Rubric, Field(discriminator="type")]],
        Field(min_length=1, max_length=MOST_QUESTIONS),
    ]


class SystemOneReply(BaseModel):
    """Answers by the names of the questions."""

    model: str
    answers: dict[str, dict[str, Any]]
    usage: dict[str, int]
