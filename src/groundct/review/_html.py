"""Templates, inline parts and the content security policy of pages."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def static_text(name: str) -> str:
    """The text of a file beside this one."""
    return (HERE / name).read_text(encoding="utf-8")


def fill(template: str, values: dict[str, str]) -> str:
    """Put values in the places ``{{name}}`` of a template, in one pass: values are not searched."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], template)


def content_security_policy(
    scripts: tuple[str, ...], style: str, images: str = "data: blob:"
) -> str:
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
