"""Run a segmenter by its name, and complete what it found by the tree's recipes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

from groundct.core.contracts import Segmenter, component
from groundct.core.options import configured, public_options
from groundct.core.plugins import load_plugin
from groundct.core.record import Component
from groundct.core.value import digest
from groundct.core.volume import LabelMap, Volume, require_volume


class ScanWarning(UserWarning):
    """A scan's content contradicts its header: left may be right, or its values no HU."""


def segment(
    volume: Volume, segmenter: str = "hu", options: Mapping[str, str] | None = None
) -> LabelMap:
    """Organ masks of a CT, composites included.

    A scan that contradicts its header gives a `ScanWarning` (``groundct.anatomy.sentinel`` tells
    more): every side of its masks is the header's.

    Args:
        volume: A CT in HU, as ``groundct.codecs.volumes.read_volume`` gives it.
        segmenter: The name of a segmenter: ``hu``, ``masks``, ``totalsegmentator``, ``sat``,
            ``oracle``, or a plug-in of others.
        options: What it must be told, such as ``{"folder": "masks/"}``.

    Raises:
        UnknownPluginError: No segmenter has that name.
        OptionError: An option is unknown, missing or wrong.
        DataError: The segmenter cannot do its work; each class says what to do.
        TypeError: It is no Volume; an array has no grid, so that left and right are not known.
    """
    from groundct.anatomy import sentinel

    organs = organs_of(volume, segmenter, options)
    for issue in sentinel.flags(sentinel.look(volume), "scan"):
        if sentinel.contradicted([issue]):
            warnings.warn(issue.line(), ScanWarning, stacklevel=2)
    return organs


def organs_of(
    volume: Volume, segmenter: str = "hu", options: Mapping[str, str] | None = None
) -> LabelMap:
    """As `segment`, for those who ask the sentinel themselves."""
    from groundct.anatomy.composites import complete

    require_volume(volume)
    return complete(load_segmenter(segmenter, options).segment(volume))


def load_segmenter(name: str, options: Mapping[str, str] | None = None) -> Segmenter:
    """A segmenter with its options; raises UnknownPluginError or OptionError."""
    plugin = load_plugin("anatomy", name)
    if not isinstance(plugin, Segmenter):
        raise TypeError(f"{name!r} does not keep the contract of a segmenter")
    return configured(plugin, options or {})


def segmenter_component(segmenter: Segmenter, options: Mapping[str, str]) -> Component:
    """The Component of a segmenter with its options; paths of this machine do not count."""
    told = {"segmenter": segmenter.name, "options": public_options(segmenter, options)}
    return component("organs", segmenter, digest(told))
