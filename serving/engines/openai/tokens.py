"""vLLM's own server, by token ids: grammars, prefilled answers and label probabilities as in vLLM itself."""

from typing import Any, Final, Self

from fewsight.errors import EngineError
from fewsight.serving.engines.base import Completion, GenerateRequest, Scored, ScoreRequest
from fewsight.serving.engines.openai.client import HttpClient, RequestError
from fewsight.serving.engines.openai.replies import TextCompletion, Tokens
from fewsight.serving.engines.scoring import TrieSearch
from fewsight.tokenizer import Tokenizer

MOST_LOGPROBS: Final = 128
PROBES: Final = (
    'E1 2024-05-01 order, 12.50 EUR: "it\'s late!"\n\n- ok\t',
    "Grüße, 为什么还没到? 😀 \u200b",
    '{"label":"card_arrival","evidence":["E1","E12"]}',
)
PREFIX: Final = "token_id:"

# A server adds its model's own sampling defaults to whatever a request leaves open.
NEUTRAL: Final[dict[str, Any]] = {
    "top_k": 0,
    "min_p": 0.0,
    "repetition_penalty": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "add_special_tokens": False,
}


class TokenPath:
    """Requests to '/v1/completions'. `scores` says whether this server can give label probabilities."""

    def __init__(self, client: HttpClient, model: str, tokenizer: Tokenizer) -> None:
        self._client, self._model, self._tokenizer = client, model, tokenizer
        self.vocab_size: int = getattr(tokenizer, "vocab_size", 1 << 31)
        self.scores = False

    @classmethod
    async def open(cls, client: HttpClient, model: str, tokenizer: Tokenizer) -> Self:
        """The path to one served model, after the server was asked whether it is the local one and what it can do.

        Raises:
            EngineError: the server's tokenizer does not agree with the local one, or can't be asked.
        """
        path = cls(client, model, tokenizer)
        await path._compare()
        path.scores = await path._can_score()
        return path

    async def generate(self, request: GenerateRequest) -> Completion:
        """Continue one prompt under its grammar.

        Raises:
            RequestError: the request failed.
        """
        decoding = request.decoding
        body: dict[str, Any] = {
            "temperature": decoding.temperature,
            "top_p": decoding.top_p,
            "seed": decoding.seed,
            "max_tokens": decoding.max_tokens,
        }
        if request.grammar is not None:
            body["structured_outputs"] = {"regex": request.grammar}
        answer = await self._ask(request.prompt, body)
        choice = answer.choices[0]
        finished = choice.finish_reason == "stop"
        ids = tuple(choice.token_ids)
        if ids and max(ids) >= self.vocab_size:
            raise RequestError(f"the server answered with token {max(ids)}, which the model lacks", retryable=False)
        if finished and ids and not self._tokenizer.decode(ids[-1:]):
            ids = ids[:-1]
        computed = answer.counts(len(request.prompt))[1]
        return Completion(request.id, ids, self._tokenizer.decode(ids), finished, len(request.prompt), computed)

    async def score(self, request: ScoreRequest) -> Scored:
        """Label probabilities of one prompt, branch node by branch node.

        Raises:
            RequestError: the request failed.
        """
        search, computed = TrieSearch(request.labels, request.greedy), 0
        while frontier := search.frontier():
            for prefix, tokens in frontier:
                found: dict[int, float] = {}
                for start in range(0, len(tokens), MOST_LOGPROBS):
                    some = tokens[start : start + MOST_LOGPROBS]
                    logprobs, cost = await self._logprobs((*request.prompt, *prefix), some)
                    found.update(logprobs)
                    computed += cost
                search.observe(prefix, found)
        normalised, raw, unexplored = search.result()
        return Scored(request.id, normalised, raw, unexplored, search.nodes, len(request.prompt), computed)

    async def _logprobs(self, prompt: tuple[int, ...], tokens: list[int]) -> tuple[dict[int, float], int]:
        # Temperature 1 leaves probabilities alone, whether the server reports raw or processed ones.
        body = {"temperature": 1.0, "top_p": 1.0, "max_tokens": 1, "logprobs": len(tokens), "logprob_token_ids": tokens}
        answer = await self._ask(prompt, body | {"return_tokens_as_token_ids": True, "ignore_eos": True})
        logprobs = answer.choices[0].logprobs
        top = logprobs.top_logprobs[0] if logprobs else {}
        missing = [token for token in tokens if f"{PREFIX}{token}" not in top]
        if missing:
            raise RequestError(f"the server left out the probabilities of tokens {missing[:5]}", retryable=False)
        return {token: top[f"{PREFIX}{token}"] for token in tokens}, answer.counts(len(prompt))[1]

    async def _ask(self, prompt: tuple[int, ...], body: dict[str, Any]) -> TextCompletion:
        common = {"model": self._model, "prompt": list(prompt), "return_token_ids": True}
        return await self._client.post("/v1/completions", NEUTRAL | common | body, TextCompletion)

    async def _compare(self) -> None:
        for text in PROBES:
            body = {"model": self._model, "prompt": text, "add_special_tokens": False}
            try:
                theirs = (await self._client.post("/tokenize", body, Tokens)).tokens
            except RequestError as error:
                raise EngineError(f"The server's tokenizer can't be compared with the local one: {error}") from error
            ours = self._tokenizer.encode(text)
            if ours != theirs:
                raise EngineError(
                    f"The server's model {self._model!r} tokenises {text!r} as {theirs[:8]}..., the local one as "
                    f"{ours[:8]}...: they are not the same model. Give the local folder of the model that is served."
                )

    async def _can_score(self) -> bool:
        """Ask for the probabilities of two tokens; servers before this feature ignore the question."""
        prompt = tuple(self._tokenizer.encode("The answer is"))
        try:
            await self._logprobs(prompt, [prompt[0], prompt[1]])
        except RequestError:
            return False
        return True
