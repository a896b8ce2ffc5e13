"""Templates, inline parts and the content security policy of pages."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html import escape
from pathlib import Path

HERE = Path(__file__).parent


@cache
def static_text(name: str) -> str:
    """The text of a file beside this one."""
    return (HERE / name).read_text(encoding="utf-8")


def fill(template: str, values: dict[str, str]) -> str:
    """Put values in the places ``{{name}}`` of a template, in one pass: values are not searched."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], template)


def page(
    template: str,
    values: dict[str, str],
    *,
    title: str,
    style: str,
    scripts: tuple[str, ...] = (),
    images: str = "data: blob:",
    language: str = "en",
) -> str:
    """A whole page: the template of that name, filled, in the frame that every page shares.

    ``style`` and ``scripts`` are the texts that stand in it; nothing else runs, and nothing but
    ``images`` (sources of the content security policy) is loaded.
    """
    frame = {
        "language": escape(language),
        "csp": _content_security_policy(scripts, style, images),
        "title": escape(title),
        "style": style,
        "body": fill(static_text(f"templates/{template}.html"), values),
    }
    return fill(static_text("templates/page.html"), frame)


def _content_security_policy(scripts: tuple[str, ...], style: str, images: str) -> str:
    """A policy that runs exactly these inline scripts and styles and lets nothing be requested."""
    hashes = " ".join(_csp_hash(script) for script in scripts)
    script_src = hashes or "'none'"
    return (
        f"default-src 'none'; script-src {script_src}; style-src {_csp_hash(style)}; "
        f"img-src {images}; base-uri 'none'; form-action 'none'"
    )


def _csp_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
