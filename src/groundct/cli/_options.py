"""Options of plug-ins on the command line: ``KEY=VALUE``, or ``PLUGIN:KEY=VALUE``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import click

from groundct.core.options import OptionError, parse_options


def require_language(language: str, known: Sequence[str], reader: str) -> None:
    """Raise BadParameter for a language that is none of ``known``, those that ``reader`` reads."""
    if language not in known:
        raise click.BadParameter(
            f"{reader} reads {', '.join(known)}, not {language!r}.", param_hint="--language"
        )


def options_by_plugin(
    names: Sequence[str], texts: Iterable[str]
) -> Mapping[str, Mapping[str, str]]:
    """The options of each plug-in of ``names``.

    Raises OptionError for an option of a plug-in that is not asked for, and for one that says no
    plug-in where several are asked for.
    """
    sorted_out: dict[str, list[str]] = {name: [] for name in names}
    for text in texts:
        plugin, colon, _ = text.partition("=")[0].partition(":")
        if not colon:
            if len(names) > 1:
                raise OptionError.of(
                    "whose-option",
                    text,
                    f"several parts are asked for: {', '.join(names)}.",
                    f"Write {names[0]}:{text} or the like.",
                )
            sorted_out[names[0]].append(text)
        elif plugin in sorted_out:
            sorted_out[plugin].append(text[len(plugin) + 1 :])
        else:
            raise OptionError.of(
                "whose-option",
                text,
                f"{plugin!r} is not asked for; asked for: {', '.join(names)}.",
                f"Ask for {plugin} too, or leave the option out.",
            )
    return {name: parse_options(own) for name, own in sorted_out.items()}
