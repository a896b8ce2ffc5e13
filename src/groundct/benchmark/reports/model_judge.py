"""Entailment by a language model: any OpenAI-compatible server, each answer checked.

The method is RadFact's (Bannur et al. 2024, MAIRA-2): the model says of every sentence whether the
other side's sentences entail it, and names those that do. What no model may say is held against
the findings of both sides: see ``ModelJudge``.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal

from groundct.benchmark.reports.judges import FindingsJudge, Judge, Statement, plain_words
from groundct.core.value import digest
from groundct.metrics.facts import Judged, Verdict, judge_findings
from groundct.reports.language_model.account import Account, Bill
from groundct.reports.language_model.ask import Server, ask, server_of
from groundct.reports.language_model.failures import failed, quoted
from groundct.reports.language_model.form import (
    AnswerPart,
    JsonForm,
    answer_of,
    chat_body,
    schema_of,
)
from groundct.reports.language_model.settings import LlmSettings, settings_from

_FORM: Final = "chest_ct_entailment"
_PLACE: Final = "answer"


class AnsweredHypothesis(AnswerPart):
    """What a model says of one sentence; ``id`` and ``evidence`` are ids of the request."""

    id: str
    verdict: Literal["entailed", "contradicted", "neutral"]
    evidence: list[str]


class AnsweredPair(AnswerPart):
    """An answer; ``pair`` is the request's id."""

    pair: str
    hypotheses: list[AnsweredHypothesis]


class ModelJudge:
    """Asks a language model of each sentence whether the other side's sentences entail it.

    Equal words are not asked about: they entail. An answer is refused when an id is not the
    request's or is left out, and when an entailed sentence has no evidence. A verdict "entailed"
    that the findings deny, another presence or side among them, is not taken: it counts as
    contradicted, and ``overruled`` says how often that was. Accepted answers stand in the cache
    that the settings name, so that a second run asks nothing.
    """

    name: Final = "language-model"

    def __init__(
        self, settings: LlmSettings | None = None, wait: Callable[[float], object] | None = None
    ) -> None:
        """Without ``settings``, the variables GROUNDCT_LLM_* say what to use."""
        self._given = settings
        self._wait = wait
        self._account = Account()
        self._made: Server | None = None
        self.overruled = 0

    @property
    def settings(self) -> LlmSettings:
        """The settings; raises LanguageModelError ``not-set-up`` or ``bad-setting``."""
        return self._given or settings_from(os.environ)

    def configuration(self) -> dict[str, str | int | float]:
        """All that determines a verdict but texts and address."""
        return {
            "judge": self.name,
            **self.settings.determining,
            "prompt_digest": digest(_instructions()),
            "schema_digest": digest(_schema()),
        }

    def told(self) -> dict[str, str | int | float]:
        """Its configuration, and how many of its verdicts the findings overruled."""
        return {**self.configuration(), "overruled": self.overruled}

    def bill(self) -> Bill:
        """What the calls came to so far."""
        return self._account.bill()

    def judge(
        self, hypotheses: Sequence[Statement], premises: Sequence[Statement]
    ) -> tuple[Judged, ...]:
        """See `Judge`; raises LanguageModelError where no answer is accepted."""
        by_words: dict[str, list[int]] = {}
        for n, premise in enumerate(premises):
            by_words.setdefault(plain_words(premise.text), []).append(n)
        out: dict[int, Judged] = {}
        open_: list[int] = []
        for n, own in enumerate(hypotheses):
            same = by_words.get(plain_words(own.text))
            if same is not None:
                out[n] = Judged("entailed", tuple(same))
            elif not premises:
                out[n] = Judged("neutral")
            else:
                open_.append(n)
        size = self.settings.sentences_per_call if open_ else 1
        for start in range(0, len(open_), size):
            part = open_[start : start + size]
            for n, judged in zip(
                part, self._asked([hypotheses[n] for n in part], premises), strict=True
            ):
                out[n] = self._held(judged, hypotheses[n], premises)
        return tuple(out[n] for n in range(len(hypotheses)))

    def _asked(
        self, hypotheses: Sequence[Statement], premises: Sequence[Statement]
    ) -> tuple[Judged, ...]:
        data = _data(hypotheses, premises)
        server = self._server()
        return ask(
            server,
            lambda faults: _body(server.settings, data, faults),
            lambda content: _accepted(content, data),
        )

    def _held(self, judged: Judged, own: Statement, premises: Sequence[Statement]) -> Judged:
        """A verdict against what the findings of both sides say."""
        if judged.verdict != "entailed":
            return judged
        found = [finding for n in judged.evidence for finding in premises[n].findings]
        if judge_findings(own.findings, found) != "contradicted":
            return judged
        self.overruled += 1
        return Judged("contradicted")

    def _server(self) -> Server:
        if self._made is None:
            self._made = server_of(self.settings, self.configuration(), self._account, self._wait)
        return self._made


def _data(hypotheses: Sequence[Statement], premises: Sequence[Statement]) -> dict[str, object]:
    given = [{"id": f"p{n}", "text": one.text} for n, one in enumerate(premises)]
    asked = [{"id": f"h{n}", "text": one.text} for n, one in enumerate(hypotheses)]
    pair = "c" + digest([given, asked]).removeprefix("sha256:")[:16]
    return {"pair": pair, "premises": given, "hypotheses": asked}


def _body(settings: LlmSettings, data: Mapping[str, object], faults: tuple[str, ...]) -> bytes:
    told = {**data, "faults": list(faults)} if faults else data
    user = json.dumps(told, ensure_ascii=False, indent=1)
    return chat_body(settings, _instructions(), user, JsonForm(_FORM, _schema()))


def _accepted(content: str, data: Mapping[str, object]) -> tuple[Judged, ...]:
    """The verdicts in the order of the hypotheses; raises LanguageModelError with the fault."""
    answer = answer_of(content, AnsweredPair)
    if answer.pair != data["pair"]:
        raise failed("wrong-report", _PLACE, f"pair is {quoted(answer.pair)}.")
    asked = _ids(data["hypotheses"])
    known = {name: n for n, name in enumerate(_ids(data["premises"]))}
    given = Counter(one.id for one in answer.hypotheses)
    for name, count in given.items():
        if name not in asked:
            raise failed("unknown-sentence", _PLACE, f"id {quoted(name)}.")
        if count > 1:
            raise failed("doubled-sentence", _PLACE, f"id {quoted(name)}.")
    for name in asked:
        if name not in given:
            raise failed("missing-sentence", _PLACE, f"id {quoted(name)}.")
    by_id = {one.id: one for one in answer.hypotheses}
    return tuple(_judged(by_id[name], known) for name in asked)


def _judged(one: AnsweredHypothesis, known: Mapping[str, int]) -> Judged:
    unknown = [name for name in one.evidence if name not in known]
    if unknown:
        raise failed("unknown-evidence", one.id, f"id {quoted(unknown[0])}.")
    verdict: Verdict = one.verdict
    if (verdict == "entailed") != bool(one.evidence):
        said = f"{verdict} with {len(one.evidence)} sentences as evidence."
        raise failed("evidence-unfit", one.id, said)
    return Judged(verdict, tuple(sorted({known[name] for name in one.evidence})))


def _ids(part: object) -> list[str]:
    assert isinstance(part, list)
    return [one["id"] for one in part]


@lru_cache(maxsize=1)
def _instructions() -> str:
    folder = files("groundct.benchmark.reports").joinpath("prompts")
    return folder.joinpath("entailment.md").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _schema() -> dict[str, object]:
    return schema_of(AnsweredPair)


def judge_of(name: Literal["findings", "language-model"]) -> Judge:
    """The judge of a name."""
    return ModelJudge() if name == ModelJudge.name else FindingsJudge()
