"""Requests that schemathesis makes of the server's own description: whatever is sent, it answers as it says it does."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from fewsight.errors import ConfigError
from tests.bench.common import Figure
from tests.serving.service.process import Process

CHECKS = "not_a_server_error,response_schema_conformance,content_type_conformance"
OUT = ("/v1/reload", "/v1/batches")
"""Paths that are left out: loading anew takes seconds, and uploads are no JSON."""


def fuzzed(server: Process, work: Path, examples: int) -> list[Figure]:
    """Cases, and how many were answered otherwise than described, with `examples` of each route in each phase.

    Raises:
        ConfigError: schemathesis is not installed.
    """
    command = shutil.which("schemathesis") or str(Path(sys.executable).parent / "schemathesis")
    if not Path(command).exists():
        raise ConfigError("schemathesis is not installed: pip install 'schemathesis>=4'.")
    described = work / "openapi.json"
    with server.client() as client:
        described.write_text(json.dumps(client.get("/openapi.json").json()))
    left_out = [word for path in OUT for word in ("--exclude-path", path)]
    checks = ["--checks", CHECKS, "--max-examples", str(examples), "--suppress-health-check", "all"]
    words = [command, "run", str(described), "--url", server.url, "-H", f"Authorization: Bearer {server.token}"]
    told = subprocess.run(
        [*words, *checks, *left_out, "--phases", "examples,coverage,fuzzing"], capture_output=True, text=True
    )
    cases = re.search(r"([\d,]+) generated, (?:[\d,]+ passed|([\d,]+) found)", told.stdout)
    if cases is None or told.returncode not in (0, 1):
        raise ConfigError(f"schemathesis failed: {told.stdout[-2_000:]} {told.stderr[-500:]}")
    generated, wrong = (int((one or "0").replace(",", "")) for one in cases.groups())
    if wrong:
        print(told.stdout, file=sys.stderr)
    failed = len(re.findall(r'"status": 5\d\d', "".join(_answers(server))))
    return [
        Figure("cases", generated),
        Figure("answered otherwise than described", wrong, "0"),
        Figure("answered with 5xx", failed, "0"),
    ]


def _answers(server: Process) -> list[str]:
    return [line for line in server.log.read_text().splitlines(True) if '"event": "request"' in line]
