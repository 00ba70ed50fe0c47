import json
from pathlib import Path

import numpy as np
import pytest

from fewsight.errors import ModelError
from fewsight.serving.models.embeddings import MOST_TOKENS, SentenceEncoder, token_limit
from fewsight.serving.models.names import EMBEDDINGS, LENGTH_FILE, resolve_embedding_model


@pytest.mark.model
def test_sentences_of_like_meaning_are_near() -> None:
    encoder = SentenceEncoder(resolve_embedding_model().path)
    vectors = encoder.encode(["my parcel is late", "where is the delivery?", "I like cats", ""])
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2
    np.testing.assert_allclose(encoder.encode(["I like cats"])[0], vectors[2], atol=1e-5)
    assert encoder.encode([]).shape == (0, 384)


def test_a_folder_without_an_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No sentence encoder"):
        SentenceEncoder(tmp_path)


@pytest.mark.skipif(not EMBEDDINGS["mpnet"].folder.is_dir(), reason="438 MB; run `fewsight models pull mpnet` first")
def test_mpnet_reads_longer_texts_than_minilm() -> None:
    model = resolve_embedding_model("mpnet")
    assert model.digest == EMBEDDINGS["mpnet"].digest
    encoder = SentenceEncoder(model.path)
    texts = ["my parcel is late", "where is the delivery?", "I like cats", "cat " * 300, "cat " * 400, "cat " * 500]
    vectors = encoder.encode(texts)
    assert vectors.shape == (6, 768)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2
    np.testing.assert_allclose(encoder.encode(texts[:1])[0], vectors[0], atol=1e-5)  # whatever is padded beside it
    assert not np.allclose(vectors[3], vectors[4], atol=1e-4)  # 300 and 400 words are told apart,
    np.testing.assert_allclose(vectors[4], vectors[5], atol=1e-5)  # and 384 tokens are the end


def test_the_length_is_the_folders_own(tmp_path: Path) -> None:
    assert token_limit(tmp_path) == MOST_TOKENS
    (tmp_path / LENGTH_FILE).write_text(json.dumps({"max_seq_length": 384}))
    assert token_limit(tmp_path) == 384


@pytest.mark.parametrize("content", ["[]", "{", "{}", '{"max_seq_length": 0}', '{"max_seq_length": "384"}'])
def test_a_wrong_length_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / LENGTH_FILE).write_text(content)
    with pytest.raises(ModelError, match="max_seq_length"):
        token_limit(tmp_path)
