"""How far what is said right after a finding's words reaches."""

from __future__ import annotations

from groundct.reports._llm.quotes import Quote
from groundct.reports._rules.words.parsed import Parsed


def clause_end(parsed: Parsed, quote: Quote, others: tuple[Quote, ...]) -> int:
    """The token at which a joint, a sign or another finding ends what follows a quote.

    ``others`` are the words of the sentence's other findings.
    """
    ends = parsed.grammar.listing | parsed.grammar.but | parsed.grammar.with_ | frozenset(";:(")
    found = (*(q.first for q in others), *(hit.first for hit in parsed.findings))
    limit = min((n for n in found if n >= quote.last), default=len(parsed.words))
    return next((n for n in range(quote.last, limit) if parsed.words[n] in ends), limit)
