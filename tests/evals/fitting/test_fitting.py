from dataclasses import replace

import numpy as np
import pytest

from fewsight.errors import InputError
from fewsight.evals.fitting.linear import encoder_tensors, names_tensors
from fewsight.evals.fitting.rows import read_rows
from fewsight.evals.fitting.votes import USUAL, vote_settings, vote_tensors
from fewsight.events import CustomerHistory, Event
from fewsight.prompts.labelled import GoldRow, rows_digest
from fewsight.prompts.loading.labelling import classification_task
from fewsight.serving.answerers.features import FACTS
from fewsight.serving.answerers.heads import Reader, probabilities
from fewsight.serving.answerers.votes import VECTORS, code_name, votes
from fewsight.statistics.arrays import Floats
from tests.evals.words import SIZE, encode

SAID = {"refund": "give me my money back", "late": "where is my parcel", "other": "hello good morning"}
TASK = classification_task("toy", list(SAID))


def row(number: int, text: str, label: str | None, customer: str | None = None) -> GoldRow:
    history = CustomerHistory(customer or f"c{number}", (Event("1", None, "message", text=text),))
    return GoldRow(f"r{number}", number, history, {"toy": label} if label else {}, "en")


def rows(each: int = 6) -> list[GoldRow]:
    return [
        row(3 * i + j, f"{text} number {i}", label) for i in range(each) for j, (label, text) in enumerate(SAID.items())
    ]


def asked() -> Floats:
    histories = [row(0, f"{text} again", None).history for text in SAID.values()]
    return Reader(encode).features(histories, ("newest",))


def test_a_head_learns_from_rows_and_from_names() -> None:
    head = encoder_tensors(TASK, read_rows(rows(), encode), encode)["toy"]
    assert head.shape == (3, SIZE + FACTS + 1)
    assert probabilities(head, asked()).argmax(axis=1).tolist() == [0, 1, 2]


def test_a_label_without_rows_is_known_by_its_name() -> None:
    learned = [one for one in rows() if one.values["toy"] != "late"]
    head = encoder_tensors(TASK, read_rows(learned, encode), encode)["toy"]
    late = Reader(encode).features([row(0, "late", None).history], ("newest",))
    assert probabilities(head, late).argmax() == 1


def test_names_alone_find_the_word() -> None:
    head = names_tensors(TASK, encode)["toy"]
    said = [row(0, f"this is about {label}", None).history for label in SAID]
    assert probabilities(head, Reader(encode).features(said, ("texts",))).argmax(axis=1).tolist() == [0, 1, 2]


def test_rows_of_one_label_and_one_row_alone_are_enough_to_fit() -> None:
    one = [row(i, f"parcel {i}", "late") for i in range(9)]
    for learned in (one, one[:1]):
        head = encoder_tensors(TASK, read_rows(learned, encode), encode)["toy"]
        assert probabilities(head, asked()).sum(axis=1) == pytest.approx([1, 1, 1])


def test_a_field_that_no_row_gives_is_refused() -> None:
    nothing = read_rows([row(1, "hello", None)], encode)
    with pytest.raises(InputError, match="No training row gives 'toy'"):
        encoder_tensors(TASK, nothing, encode)
    with pytest.raises(InputError, match="No training row gives 'toy'"):
        vote_tensors(TASK, nothing)


def test_histories_are_read_whole_and_bare_messages_are_not() -> None:
    assert read_rows(rows(), encode).views == ("newest",)
    order = Event("2", None, "order", product="lamp")
    more = row(99, "hello", "other")
    longer = GoldRow("x", 1, CustomerHistory("c", (*more.history.events, order)), {"toy": "other"}, "en")
    learned = read_rows([*rows(), longer], encode)
    assert learned.views == ("newest", "whole")
    assert encoder_tensors(TASK, learned, encode)["toy"].shape == (3, 2 * SIZE + FACTS + 1)


def test_near_rows_vote() -> None:
    learned = read_rows(rows(), encode)
    tensors, settings = vote_tensors(TASK, learned), vote_settings(TASK, learned)
    near = asked()[:, :SIZE] @ tensors[VECTORS].T
    assert votes(near, tensors[code_name("toy")], 3, settings).argmax(axis=1).tolist() == [0, 1, 2]
    assert vote_settings(TASK, read_rows(rows(1), encode)) == USUAL  # too few customers to choose


def test_a_customers_own_rows_do_not_choose_how_many_vote() -> None:
    own = [row(i, f"{i % 40} word{i % 40}", ["late", "other"][i % 2], f"c{i % 40}") for i in range(80)]
    assert vote_settings(TASK, read_rows(own, encode)).neighbours > 1


def test_700_labels_are_fitted() -> None:
    labels = [f"topic {chr(97 + i % 26)}{i}" for i in range(700)]
    task = classification_task("many", labels)
    learned = [row(i, label, None, "one customer") for i, label in enumerate(labels)]
    learned = [replace(one, values={"many": label}) for one, label in zip(learned, labels, strict=True)]
    head = encoder_tensors(task, read_rows(learned, encode), encode)["many"]
    assert head.shape == (700, SIZE + FACTS + 1)
    assert np.isfinite(head).all()


def test_the_digest_of_rows_is_of_what_they_say() -> None:
    assert rows_digest(rows()) == rows_digest(rows())
    assert rows_digest(rows()) != rows_digest(rows()[1:])
