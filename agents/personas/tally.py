"""Cards counted as they are made, so that a run that goes on knows of those before it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fewsight.agents.personas.making import label_at
from fewsight.agents.personas.model import Fact, PersonaCard, TraitSummary, Unknown
from fewsight.agents.personas.proof import Proof


@dataclass
class Tally:
    """By trait: kinds, values, and where a fact stands how often the model says the same."""

    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    values: dict[str, Counter[str]] = field(default_factory=dict)
    checked: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    paths: dict[str, str] = field(default_factory=dict)

    def add(self, card: PersonaCard, told: Mapping[str, str], answer: Mapping[str, Any]) -> None:
        """Count a card; `told` has the paths of the model's `answer` by trait."""
        self.paths.update(told)
        for trait, known in card.traits.items():
            self.kinds.setdefault(trait, Counter())[known.kind] += 1
            if not isinstance(known, Unknown):
                self.values.setdefault(trait, Counter())[str(known.value)] += 1
            if isinstance(known, Fact) and trait in told:
                said = label_at(answer, told[trait])
                if said != "unknown":
                    self.checked[trait] += 1
                    self.agreed[trait] += said == known.value

    def summaries(self, proof: Proof) -> list[TraitSummary]:
        """By trait, in the order of their first card."""
        return [
            TraitSummary(
                trait=trait,
                kinds=dict(kinds),
                values=dict(self.values.get(trait, Counter()).most_common()),
                checked=self.checked[trait],
                agreed=self.agreed[trait],
                proven=self.paths[trait] in proof.fields if trait in self.paths else None,
            )
            for trait, kinds in self.kinds.items()
        ]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "kinds": self.kinds,
            "values": self.values,
            "checked": self.checked,
            "agreed": self.agreed,
            "paths": self.paths,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Tally":
        """What `as_dict` wrote, also after it went through JSON."""
        return cls(
            kinds={name: Counter(counts) for name, counts in data["kinds"].items()},
            values={name: Counter(counts) for name, counts in data["values"].items()},
            checked=Counter(data["checked"]),
            agreed=Counter(data["agreed"]),
            paths=dict(data["paths"]),
        )
