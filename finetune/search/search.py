"""`--search N`: learning rate and rank by short trainings, the best of them chosen on the held-back rows.

Optuna (Akiba et al., Optuna: a next-generation hyperparameter optimization framework, KDD 2019) proposes settings by a
tree-structured Parzen estimator (Bergstra et al., Algorithms for hyper-parameter optimization, NIPS 2011), and stops
a trial whose best evaluation lies under the median of the others at that step.

The trials are kept in a file of ours, from which Optuna's study is made anew for each trial, with a seed of its own: so
a search that was killed goes on with the very settings that were next, and within a trial from its checkpoint. LoRA's
alpha stays as it is: its authors hold it fixed over ranks, so that the learning rate need not change with them.
"""

import logging
import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fewsight.errors import ConfigError, DivergedError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.rows.batches import Steps
from fewsight.finetune.rows.rows import TrainingRow
from fewsight.finetune.search.trials import Ended, Trial, best_trial, read_trials, score, write_trials
from fewsight.finetune.setup import Setup
from fewsight.finetune.training.checkpoint import Evaluation, TrainingState
from fewsight.finetune.training.loop import Observer, Training
from fewsight.finetune.training.lora import add_lora, free, load_base

if TYPE_CHECKING:
    import optuna

logger = logging.getLogger(__name__)

RANKS: Final = (4, 32)
AROUND: Final = 4.0
"""Learning rates are tried from the given one divided by this to the given one times this."""

EPOCHS: Final = 1.0
"""Most epochs of a trial."""

EVALUATIONS: Final = 4
"""Evaluations in each epoch of a trial: when it may be stopped."""

STARTUP: Final = 4
"""Trials before the estimator and the median have anything to go by; the first of them has the given settings."""


def check_optuna() -> None:
    """Refuse a search, before anything is read, where Optuna is not installed.

    Raises:
        ConfigError: it is not.
    """
    try:
        import optuna
    except ImportError as error:
        raise ConfigError("--search needs Optuna; run pip install 'fewsight[search]'.") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # a study is made for each trial, and says so


def search(setup: Setup, folder: Path, observer: Observer) -> tuple[Trial, ...]:
    """Make those of `setup.config.search` trials that are not done yet.

    Args:
        setup: of the training; nothing but its rows to train on and those held back is looked at.
        folder: of this search alone: its trials, and the checkpoints of the one in hand.
        observer: is told about each step.

    Raises:
        TrainingError: memory or disk are full, or the loss of all trials was no number.
    """
    trials, many = read_trials(folder), setup.config.search
    logger.info(_cost(setup, many - len(trials)))
    while len(trials) < many:
        place, name = folder / f"trial-{len(trials) + 1:03d}", f"trial {len(trials) + 1} of {many}"
        asked = _study(setup.config, trials).ask(_space(setup.config))
        config = replace(_short(setup.config), **asked.params)
        logger.info(f"{name}: learning rate {config.learning_rate:.2g}, rank {config.rank}")
        trials = (*trials, _trial(setup, config, place, _Watch(asked, observer)))
        write_trials(folder, trials)
        shutil.rmtree(place, ignore_errors=True)
        logger.info(f"{name}: {trials[-1].outcome}")
    logger.info(f"the best of {many} trials: {best_trial(trials).outcome}")
    return trials


def best_config(config: FinetuneConfig, trials: Sequence[Trial]) -> FinetuneConfig:
    """The configuration with the best trial's settings, and nothing left to search."""
    best = best_trial(trials)
    return replace(config, learning_rate=best.learning_rate, rank=best.rank, search=0)


def _trial(setup: Setup, config: FinetuneConfig, place: Path, watch: "_Watch") -> Trial:
    """One short training; it goes on from its checkpoint where it was killed."""
    loaded = load_base(setup.base, setup.dtype)
    adapted = add_lora(loaded, config, setup.base.name)
    training = Training(adapted, setup.dataset, config, place, watch)
    ended: Ended = "whole"
    try:
        training.run()
    except _BehindError:
        ended = "stopped"
    except DivergedError:
        ended = "diverged"
    state = training.state
    free(training, adapted, loaded)
    evaluations = tuple(state.evaluations)
    return Trial(config.learning_rate, config.rank, ended, state.step, state.tokens, state.seconds, evaluations)


class _BehindError(Exception):
    """A trial is worse than the median of the others."""


class _Watch(Observer):
    """Tells Optuna about evaluations, and ends a trial that is behind."""

    def __init__(self, trial: "optuna.Trial", observer: Observer) -> None:
        self._trial, self._observer = trial, observer
        self._state = TrainingState()
        self._reported = 0

    def stepped(self, state: TrainingState, total: int) -> None:
        """Remember where the training stands."""
        self._state = state
        self._observer.stepped(state, total)

    def evaluated(self, evaluation: Evaluation, is_best: bool) -> None:
        """Report it, and those before it where the trial was resumed."""
        self._observer.evaluated(evaluation, is_best)
        for one in self._state.evaluations[self._reported :]:
            self._trial.report(score(one), one.step)
        self._reported = len(self._state.evaluations)
        if self._trial.should_prune():
            raise _BehindError


def _study(config: FinetuneConfig, trials: Sequence[Trial]) -> "optuna.Study":
    """A study that knows `trials`. What it proposes next is a function of them and of the configuration."""
    import optuna

    seed = random.Random(f"{config.seed}\0{len(trials)}").getrandbits(32)  # noqa: S311 - reproducible, no secret
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP),
    )
    for trial in trials:
        states = optuna.trial.TrialState
        frozen = optuna.trial.create_trial(
            state=states.PRUNED if trial.value is None else states.COMPLETE,
            value=trial.value,
            params={"learning_rate": trial.learning_rate, "rank": trial.rank},
            distributions=_space(config),
            intermediate_values={one.step: score(one) for one in trial.evaluations},
        )
        study.add_trial(frozen)
    if not trials:
        study.enqueue_trial({"learning_rate": config.learning_rate, "rank": config.rank})
    return study


def _space(config: FinetuneConfig) -> "dict[str, optuna.distributions.BaseDistribution]":
    """What is searched, log-uniformly; all of it makes legal configurations."""
    from optuna.distributions import FloatDistribution, IntDistribution

    given = config.learning_rate
    rates = FloatDistribution(max(given / AROUND, 1e-8), min(given * AROUND, 1.0), log=True)
    return {
        "learning_rate": rates,
        "rank": IntDistribution(min(RANKS[0], config.rank), max(RANKS[1], config.rank), log=True),
    }


def _short(config: FinetuneConfig) -> FinetuneConfig:
    return replace(config, epochs=min(config.epochs, EPOCHS), evaluations=EVALUATIONS, patience=0, search=0)


def _cost(setup: Setup, many: int) -> str:
    steps, tokens = trained_tokens(setup.dataset.train, _short(setup.config))
    _, after = trained_tokens(setup.dataset.train, setup.config)
    return (
        f"search: {many} trials of at most {steps:,} steps, {many * tokens:,} tokens in all; then the training itself, "
        f"at most {after:,} tokens"
    )


def trained_tokens(rows: Sequence[TrainingRow], config: FinetuneConfig) -> tuple[int, int]:
    """Steps of a training that is not stopped early, and the tokens that the model reads in them."""
    steps = Steps(len(rows), config.batch_rows, config.epochs, config.seed)
    epochs, rest = divmod(steps.total, steps.in_epoch)
    last = (rows[i].tokens for step in range(rest) for i in steps.indices(epochs * steps.in_epoch + step))
    return steps.total, epochs * sum(row.tokens for row in rows) + sum(last)
