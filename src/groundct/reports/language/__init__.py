"""In which language is a text? From the commonest words of languages and the vocabulary's words.

A text may be in any language of ``vocabulary/languages.tsv``; those that no extractor reads are
there to be told apart. Turkish words count with and without their own letters.
"""

from groundct.reports.language.evidence import Evidence, evidence
from groundct.reports.language.judge import (
    contradiction,
    in_its_language,
    language_of,
    require_language,
    require_read,
)

__all__ = [
    "Evidence",
    "contradiction",
    "evidence",
    "in_its_language",
    "language_of",
    "require_language",
    "require_read",
]
