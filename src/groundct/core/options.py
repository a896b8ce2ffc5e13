"""Options of plug-ins: parsed from ``KEY=VALUE``, checked against what a plug-in takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar, cast

from groundct.core.contracts import Configurable, Plugin
from groundct.core.issues import DataError, Issue

P = TypeVar("P", bound=Plugin)

YES_NO: Mapping[str, bool] = {"yes": True, "no": False}


class OptionError(DataError):
    """An option that a plug-in does not take, lacks, or cannot use."""


def configured(plugin: P, options: Mapping[str, str]) -> P:
    """The plug-in with its options.

    A plug-in that takes options is always asked, so that it can refuse to run without one that it
    needs. Raises OptionError, also for options of a plug-in that takes none.
    """
    if isinstance(plugin, Configurable):
        return cast(P, plugin.configured(options))
    if options:
        raise OptionError.of(
            "no-options",
            plugin.name,
            f"it takes no options, and {', '.join(sorted(options))} was given.",
            "Leave the option out.",
        )
    return plugin


def public_options(plugin: Plugin, options: Mapping[str, str]) -> dict[str, str]:
    """The options that a plug-in's answer depends on, sorted, for records and digests.

    A plug-in names the others in ``local_options``: where programs and weights lie on this machine.
    """
    local = frozenset(getattr(plugin, "local_options", ()))
    return {key: options[key] for key in sorted(options) if key not in local}


def parse_options(texts: Iterable[str]) -> dict[str, str]:
    """``KEY=VALUE`` texts as a mapping; OptionError for one without ``=``, or given twice."""
    options: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not equals or not key:
            raise OptionError.of(
                "bad-option", text, "it is not of the form KEY=VALUE.", "Write folder=masks/."
            )
        if key in options:
            raise OptionError.of(
                "option-twice", key, "it is given twice.", "Give each option once."
            )
        options[key] = value
    return options


def check_options(
    plugin: str, known: Mapping[str, str], given: Mapping[str, str], required: Iterable[str] = ()
) -> None:
    """Raise OptionError, with every fault, for options that are unknown, missing or empty."""
    issues = [
        Issue(
            code="unknown-option",
            where=f"{plugin} {key}",
            what=f"{plugin} has no option {key!r}; it takes {', '.join(known) or 'none'}.",
            remedy="Check the spelling.",
        )
        for key in given
        if key not in known
    ]
    issues += [
        Issue(
            code="missing-option",
            where=f"{plugin} {key}",
            what=f"{plugin} needs {key}: {known[key]}.",
            remedy=f"Give {key}=VALUE.",
        )
        for key in required
        if not given.get(key)
    ]
    if issues:
        raise OptionError(*issues)


def yes_no(plugin: str, key: str, value: str) -> bool:
    """True for ``yes``, False for ``no``; OptionError for anything else."""
    return bool(YES_NO[one_of(plugin, key, value, YES_NO)])


def one_of(plugin: str, key: str, value: str, known: Iterable[str]) -> str:
    """The value itself when it is one of ``known``; else OptionError, which lists them."""
    if value in (words := tuple(known)):
        return value
    raise OptionError.of(
        "bad-option",
        f"{plugin} {key}",
        f"{value!r} is none of {', '.join(words)}.",
        f"Give {key}={words[0]} or another of them.",
    )
