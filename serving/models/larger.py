"""Larger language models for real use, by their hub ids. None of them was tried with fewsight's own evaluations."""

import math
from dataclasses import dataclass
from typing import Final

NOT_TRIED: Final = "not tried here"
"""What is said of every one of them: no figure of fewsight's documentation is theirs."""

ROOM: Final = 1.2
"""Weights take so much with what a model computes beside them, and a gigabyte for the histories that are being read."""


@dataclass(frozen=True, slots=True)
class LargerModel:
    """What the model's card says: `billions` of parameters; `gated` where the hub asks to accept its licence first."""

    name: str
    billions: float
    licence: str
    languages: str
    gated: bool = False

    @property
    def memory_gb(self) -> int:
        """GPU memory in gigabytes, in bfloat16: two bytes for each parameter, and room."""
        return math.ceil(2 * self.billions * ROOM + 1)

    @property
    def note(self) -> str:
        """Size, licence and languages in a line."""
        licence = f"{self.licence}, to be accepted on the hub first" if self.gated else self.licence
        return f"{self.billions:g} billion parameters, {licence}; {self.languages}"


_LLAMA: Final = "English, German, French, Italian, Portuguese, Hindi, Spanish, Thai"

LARGER: Final = (
    LargerModel("Qwen/Qwen3-1.7B", 1.7, "Apache-2.0", "119 languages, Chinese among them"),
    LargerModel("HuggingFaceTB/SmolLM3-3B", 3.1, "Apache-2.0", "English, French, Spanish, German, Italian, Portuguese"),
    LargerModel("meta-llama/Llama-3.2-3B-Instruct", 3.2, "Llama 3.2 Community License", _LLAMA, gated=True),
    LargerModel("Qwen/Qwen3-4B-Instruct-2507", 4.0, "Apache-2.0", "119 languages, Chinese among them"),
    LargerModel("google/gemma-3-4b-it", 4.3, "Gemma Terms of Use", "over 140 languages", gated=True),
    LargerModel("meta-llama/Llama-3.1-8B-Instruct", 8.0, "Llama 3.1 Community License", _LLAMA, gated=True),
    LargerModel("Qwen/Qwen3-8B", 8.2, "Apache-2.0", "119 languages, Chinese among them"),
    LargerModel(
        "mistralai/Mistral-Nemo-Instruct-2407",
        12.2,
        "Apache-2.0",
        "English, French, German, Spanish, Italian, Portuguese, Chinese, Japanese, Korean, Arabic, Hindi",
    ),
)
