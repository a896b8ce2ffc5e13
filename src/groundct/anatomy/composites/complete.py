"""Add to a label map every composite that can be made of what it holds.

The recipes are data (``vocabulary/recipes.tsv`` and ``regions.tsv``), the same for every segmenter.
A union costs no voxels; shells and differences come in new layers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groundct.anatomy.composites._evidence import (
    VARIANTS,
    note_of,
    weakest_confidence,
    weakest_method,
)
from groundct.anatomy.composites._shell import shell_masks
from groundct.core.volume import Abstention, LabelMap, Method, RegionMask, Segment
from groundct.vocabulary.recipes import Recipe, recipes


def complete(labels: LabelMap) -> LabelMap:
    """The label map with every composite of the recipes that its structures suffice for.

    What it holds already stays as it is, and so does what its segmenter abstained from. A composite
    rests on the weakest of its members: the last of truth, published, model, intensity, shape prior
    and spatial prior, the lowest confidence, none where a member states none. Its note names the
    members that are missing. One that needs a structure which was abstained from is abstained
    from, with that structure's reason. Layers that are there are shared, not copied.
    """
    work = _Work(labels)
    shells = [recipe for recipe in recipes() if recipe.rule == "shell"]
    for recipe in recipes():
        if recipe.name in work.segments or recipe.name in work.refused:
            continue
        if not recipe.can_be_made_of(work.segments):
            work.fail(recipe)
        elif recipe.rule == "union":
            work.add_union(recipe)
        elif recipe.rule == "minus":
            work.add_difference(recipe)
        else:
            work.add_shells(
                [r for r in shells if work.is_open(r) and r.can_be_made_of(work.segments)]
            )
    return work.result()


@dataclass(eq=False)
class _Work:
    """A label map that grows; ``failed`` says of composites that are not made what they lack."""

    labels: LabelMap
    segments: dict[str, Segment] = field(init=False)
    refused: dict[str, str] = field(init=False)
    failed: dict[str, str] = field(default_factory=dict)
    partial: set[str] = field(default_factory=set)
    new_layers: list[NDArray[np.uint8]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.segments = {segment.name: segment for segment in self.labels.segments}
        self.refused = {each.name: each.reason for each in self.labels.abstained}

    def is_open(self, recipe: Recipe) -> bool:
        return recipe.name not in self.segments and recipe.name not in self.refused

    def result(self) -> LabelMap:
        reasons = {
            name: f"It is made of what was not found. {why}"
            for name, why in self.failed.items()
            if name not in self.segments
        }
        return LabelMap(
            (*self.labels.layers, *self.new_layers),
            tuple(self.segments.values()),
            self.labels.geometry,
            self.labels.stored,
            (*self.labels.abstained, *(Abstention(name=n, reason=w) for n, w in reasons.items())),
        )

    def fail(self, recipe: Recipe) -> None:
        """Keep why, where it is that a member was looked for in vain."""
        for name in recipe.needs or recipe.members:
            if name in self.refused:
                self.failed.setdefault(recipe.name, f"{name}: {self.refused[name]}")
            elif name in self.failed and name not in self.segments:
                self.failed.setdefault(recipe.name, self.failed[name])

    def add_union(self, recipe: Recipe) -> None:
        there = [name for name in recipe.members if name in self.segments]
        parts = dict.fromkeys(part for name in there for part in self.segments[name].parts)
        self._add(recipe, tuple(parts), there)

    def add_difference(self, recipe: Recipe) -> None:
        first, *others = (self.segments[name].parts for name in recipe.members)
        gone = {part for parts in others for part in parts}
        if len({layer for layer, _ in (*first, *gone)}) <= 1:
            parts = tuple(part for part in first if part not in gone)
        else:
            so_far = self.result()
            mask = so_far.mask(recipe.members[0])
            for name in recipe.members[1:]:
                mask &= ~so_far.mask(name)
            parts = self._drawn(RegionMask.of(mask))
        self._add(recipe, parts, list(recipe.members))

    def add_shells(self, found: list[Recipe]) -> None:
        for name, mask in shell_masks(self.result(), found).items():
            recipe = next(recipe for recipe in found if recipe.name == name)
            self._add(recipe, self._drawn(mask), list(recipe.members), "spatial prior")

    def _drawn(self, mask: RegionMask) -> tuple[tuple[int, int], ...]:
        """Put new voxels in the last new layer where they are free there, else in one more."""
        if mask.count == 0:
            return ()
        if not self.new_layers or self.new_layers[-1][mask.slices][mask.voxels].any():
            self.new_layers.append(np.zeros(self.labels.geometry.shape, np.uint8, order="F"))
        layer = self.new_layers[-1]
        label = 1 + int(layer.max())
        layer[mask.slices][mask.voxels] = label
        return ((len(self.labels.layers) + len(self.new_layers) - 1, label),)

    def _add(
        self,
        recipe: Recipe,
        parts: tuple[tuple[int, int], ...],
        there: Iterable[str],
        at_best: Method | None = None,
    ) -> None:
        members = [self.segments[name] for name in there]
        missing = [n for n in recipe.members if n not in self.segments and n not in VARIANTS]
        incomplete = [segment.name for segment in members if segment.name in self.partial]
        if missing or incomplete:
            self.partial.add(recipe.name)
        methods = [segment.method for segment in members]
        self.segments[recipe.name] = Segment(
            name=recipe.name,
            parts=parts,
            method=weakest_method(methods if at_best is None else [*methods, at_best]),
            confidence=weakest_confidence([segment.confidence for segment in members]),
            note=note_of(recipe, missing, incomplete),
        )
