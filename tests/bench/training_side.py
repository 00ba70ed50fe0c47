"""One side of the comparison of trainers, in a process of its own: SIDE ROWS BATCH RANK THREADS; prints JSON."""

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.rows.batches import collate, micro_batches
from fewsight.finetune.rows.dataset import Lesson
from fewsight.finetune.setup import Setup, set_up
from fewsight.finetune.training.loop import Observer, Training
from fewsight.finetune.training.lora import add_lora, load_base
from fewsight.finetune.training.memory import peak_memory
from fewsight.serving.models.names import DEFAULT_MODEL
from tests.bench import banking


class Clock:
    """Notes when steps end, and their loss."""

    def __init__(self) -> None:
        self.ends: list[float] = []
        self.loss = 0.0

    def tick(self, loss: float) -> None:
        """A step has ended."""
        self.ends.append(time.perf_counter())
        self.loss = loss

    def rate(self, tokens_by_step: list[int]) -> float:
        """Tokens in a second over all steps but the first, which also warms up."""
        return sum(tokens_by_step[1:]) / (self.ends[-1] - self.ends[0])


def main(side: str, rows: int, batch: int, rank: int, threads: int) -> None:
    """Train once through the rows, and print what was measured."""
    import torch

    if threads:
        torch.set_num_threads(threads)
    config = FinetuneConfig(rank=rank, alpha=2.0 * rank, batch_rows=batch, learning_rate=1e-3, schedule="constant")
    with tempfile.TemporaryDirectory(prefix="fewsight-training-") as folder:
        setup = _setup(rows, config, Path(folder))
        clock = Clock()
        steps = (_fewsight if side == "fewsight" else _trl)(setup, clock, Path(folder))
    peak = peak_memory()
    # Frozen layers are multiplied with twice, forward and for the gradients of their inputs.
    products = 4 * _frozen(setup) * sum(step.computed for step in steps[1:]) / (clock.ends[-1] - clock.ends[0])
    share = products / product_rate(getattr(torch, setup.dtype))
    rate = clock.rate([step.sent for step in steps])
    print(json.dumps({"rate": rate, "loss": clock.loss, "peak": peak, "share": share}))


@dataclass(frozen=True)
class Step:
    """Tokens of a step: as they are in its rows, and as they are computed (padding included, shared ones once)."""

    sent: int
    computed: int


def _frozen(setup: Setup) -> int:
    """Weights of the layers that LoRA matrices are added to."""
    from peft.tuners.lora import Linear

    model = add_lora(load_base(setup.base, setup.dtype), setup.config, setup.base.name)
    return sum(layer.get_base_layer().weight.numel() for layer in model.modules() if isinstance(layer, Linear))


def _setup(rows: int, config: FinetuneConfig, folder: Path) -> Setup:
    """The task and rows of the training table, as `fewsight finetune` reads them."""
    path = folder / "train.csv"
    banking.training_rows(rows).to_csv(path, index=False)
    return set_up((Lesson(banking.task(), path),), DEFAULT_MODEL, config)


def _fewsight(setup: Setup, clock: Clock, folder: Path) -> list[Step]:
    model = add_lora(load_base(setup.base, setup.dtype), setup.config, setup.base.name)

    class Watch(Observer):
        def stepped(self, state: Any, total: int) -> None:
            clock.tick(state.curve[-1][1])

    training = Training(model, setup.dataset, setup.config, folder, Watch())
    steps = []
    for number in range(training.steps.total):
        batches = [collate(part) for part in micro_batches(training.sequences(number), setup.config.micro_tokens)]
        computed = sum(len(batch.prefix) + batch.ids.numel() for batch in batches)
        steps.append(Step(sum(batch.tokens for batch in batches), computed))
    training.run()
    return steps


def _trl(setup: Setup, clock: Clock, folder: Path) -> list[Step]:
    """The same tokens, the same ones carrying loss; TRL draws the order of rows itself, so a step is an average."""
    from peft import LoraConfig
    from transformers import AutoTokenizer, TrainerCallback

    trl, datasets = import_module("trl"), import_module("datasets")

    class Watch(TrainerCallback):  # type: ignore[misc] # transformers' own
        def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
            clock.tick(0.0)

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **more: Any) -> None:
            clock.loss = (logs or {}).get("loss", clock.loss)

    config = setup.config
    data = datasets.Dataset.from_list([_labelled(one) for row in setup.dataset.train for one in row.sequences])
    options = trl.SFTConfig(
        output_dir=str(folder),
        use_cpu=True,
        bf16=setup.dtype == "bfloat16",
        per_device_train_batch_size=config.batch_rows,
        num_train_epochs=config.epochs,
        learning_rate=config.learning_rate,
        lr_scheduler_type="constant",
        weight_decay=config.weight_decay,
        max_grad_norm=config.clip,
        gradient_checkpointing=False,
        max_length=None,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        seed=config.seed,
    )
    lora = LoraConfig(r=config.rank, lora_alpha=config.alpha, target_modules="all-linear", task_type="CAUSAL_LM")
    trainer = trl.SFTTrainer(
        model=load_base(setup.base, setup.dtype),
        args=options,
        train_dataset=data,
        processing_class=AutoTokenizer.from_pretrained(setup.base.path),
        peft_config=lora,
        callbacks=[Watch()],
    )
    trainer.train()
    mean = sum(len(row["input_ids"]) - 1 for row in data) / len(data)
    step = Step(round(mean * config.batch_rows), round(mean * config.batch_rows))
    return [step] * len(clock.ends)


def _labelled(one: Any) -> dict[str, list[int]]:
    """A sequence's tokens; those without loss have the label -100."""
    tokens = [*one.prompt, *one.answer.tokens]
    labels = [-100] * len(tokens)
    for target in one.answer.targets:
        labels[len(one.prompt) + target.position] = one.answer.tokens[target.position]
    return {"input_ids": tokens, "labels": labels}


def product_rate(dtype: Any) -> float:
    """Floating point operations in a second of products like those of a feed-forward layer, on warm data."""
    import torch

    tokens, wide, narrow = 1024, 1536, 576
    left, right = torch.randn(tokens, narrow).to(dtype), torch.randn(wide, narrow).to(dtype)
    for _ in range(20):
        left @ right.t()
    begun = time.perf_counter()
    for _ in range(200):
        left @ right.t()
    return 200 * 2 * tokens * wide * narrow / (time.perf_counter() - begun)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
