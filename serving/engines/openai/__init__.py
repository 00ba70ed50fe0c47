"""OpenAI-compatible servers: vLLM's own by token ids, a foreign one by chat."""
