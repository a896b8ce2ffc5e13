"""The ledger's key of a case: equal inputs and settings, equal key."""

from __future__ import annotations

from groundct import __version__, questions, reasoning
from groundct.anatomy import sentinel
from groundct.core.case import Case
from groundct.core.contracts import Plugin
from groundct.core.plugins import load_plugin
from groundct.core.value import digest
from groundct.pipeline.contents import Contents
from groundct.pipeline.settings import BuildSettings


def case_key(case: Case, source: str, settings: BuildSettings, contents: Contents) -> str:
    """Digest of everything a case's record depends on: its files' bytes, its text, the parts."""
    return digest(
        {
            "case": case.model_dump(mode="json", exclude={"volume", "published"}),
            "volume": _volume(case, contents),
            "published": _published(case, contents),
            "source": source,
            "settings": settings.model_dump(mode="json"),
            "parts": [f"{p.name} {p.version}" for p in _parts(settings)],
            "writers": [questions.VERSION, reasoning.VERSION, sentinel.VERSION],
            "groundct": __version__,
        }
    )


def _parts(settings: BuildSettings) -> tuple[Plugin, ...]:
    return (
        load_plugin("anatomy", settings.segmenter),
        load_plugin("reports", settings.extractor),
        load_plugin("grounding", settings.finding_segmenter),
    )


def _volume(case: Case, contents: Contents) -> object:
    if case.volume is None:
        return None
    settings = case.volume.model_dump(mode="json", exclude={"path", "files"})
    return {"content": contents.of_volume(case.volume), **settings}


def _published(case: Case, contents: Contents) -> object:
    published = case.published
    masks = (*published.organ_masks, *published.region_masks)
    files = [path for _, path in masks]
    if published.finding_masks:
        files.append(published.finding_masks)
    paths = {"organ_masks", "region_masks", "finding_masks"}
    plain = published.model_dump(mode="json", exclude=paths)
    return [plain, [name for name, _ in masks], [contents.of_file(path) for path in files]]
