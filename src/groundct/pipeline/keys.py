"""The ledger's key of a case: equal inputs and settings, equal key."""

from __future__ import annotations

from pathlib import Path

from groundct import __version__, questions, reasoning
from groundct.anatomy import sentinel
from groundct.codecs.volumes import volume_digest
from groundct.core.case import Case
from groundct.core.contracts import Plugin
from groundct.core.issues import DataError
from groundct.core.plugins import load_plugin
from groundct.core.value import digest, digest_bytes
from groundct.pipeline.settings import BuildSettings


def case_key(case: Case, source: str, settings: BuildSettings) -> str:
    """Digest of everything a case's record depends on: its files' bytes, its text, the parts."""
    return digest(
        {
            "case": case.model_dump(mode="json", exclude={"volume", "published"}),
            "volume": _volume(case),
            "published": _published(case),
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


def _volume(case: Case) -> object:
    if case.volume is None:
        return None
    try:
        content = volume_digest(case.volume)
    except (DataError, OSError) as error:  # the build will say so; a mended file has another key
        content = f"unreadable: {error}"
    settings = case.volume.model_dump(mode="json", exclude={"path", "files"})
    return {"content": content, **settings}


def _published(case: Case) -> object:
    published = case.published
    masks = (*published.organ_masks, *published.region_masks)
    files = [path for _, path in masks]
    if published.finding_masks:
        files.append(published.finding_masks)
    paths = {"organ_masks", "region_masks", "finding_masks"}
    plain = published.model_dump(mode="json", exclude=paths)
    return [plain, [name for name, _ in masks], [_content(path) for path in files]]


def _content(path: Path) -> str:
    return digest_bytes(path.read_bytes()) if path.is_file() else "missing"
