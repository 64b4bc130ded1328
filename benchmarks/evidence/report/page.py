"""One HTML file with all that it needs inside: styles, scripts, data, pictures."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from benchmarks.evidence.claims.dependence import dependences
from benchmarks.evidence.claims.headline import headline_part, names_of
from benchmarks.evidence.pictures import data_uri
from benchmarks.evidence.report.origin import dates_text
from benchmarks.evidence.tables.parameters import fewest
from benchmarks.evidence.wording import (
    effect_text,
    interval_text,
    optimism_text,
    p_text,
    percent,
    published_text,
    sizes_text,
)

PAGES = Path(__file__).parent / "pages"
STYLES = ("page.css", "tables.css", "claims.css")


def render(template: str, scripts: Sequence[str], data: dict[str, Any], **values: Any) -> str:
    """A page from a template of `pages/`; the browser is told to load nothing from anywhere.

    `scripts` are files of `pages/`, run in this order; they find `data` in the element `data`.
    """
    style, script = _inlined(STYLES), _inlined(scripts)
    return (
        _environment()
        .get_template(template)
        .render(
            policy=_policy(style, script), style=style, script=script, data=_json(data), **values
        )
    )


def fragment(kind: str, *names: object) -> str:
    """What stands behind # in the address of a place on a page: `part=leek,small_n`."""
    return f"{kind}={','.join(quote(str(name), safe='') for name in names)}"


def to_part(verdict: dict[str, Any], part: dict[str, Any]) -> str:
    """The fragment that leads to the cells behind the effect of a claim's part."""
    return fragment("part", *names_of(verdict, part))


def to_headline(verdict: dict[str, Any]) -> str:
    """The fragment that leads to the cells behind a claim's effect; empty where it has none."""
    part = headline_part(verdict)
    return to_part(verdict, part) if part else ""


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"percent": percent, "sizes": sizes_text, "data_uri": data_uri}
    environment.filters |= {
        "dependences": dependences,
        "fewest": fewest,
        "quoted": quote,
        "sentence": _sentence,
        "dates": dates_text,
        "draws": _draws,
    }
    environment.globals |= {
        "effect": effect_text,
        "interval": interval_text,
        "optimism": optimism_text,
        "published": published_text,
        "p_value": p_text,
        "fragment": fragment,
        "to_headline": to_headline,
        "to_part": to_part,
    }
    return environment


def _draws(count: int) -> str:
    return "1 more draw" if count == 1 else f"{count} more draws"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."


def _inlined(names: Sequence[str]) -> Markup:
    return Markup("\n").join(Markup((PAGES / name).read_text(encoding="utf-8")) for name in names)


def _policy(style: str, script: str) -> str:
    """The Content-Security-Policy: the page's own style and script, by hash, and nothing else."""
    allowed = {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": _hash(style),
        "script-src": _hash(script),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in allowed.items())


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _finite(data: Any) -> Any:
    """NaN and infinity, which a record may hold and JSON has not, in words."""
    if isinstance(data, dict):
        return {name: _finite(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return str(data) if isinstance(data, float) and not math.isfinite(data) else data


def _json(data: dict[str, Any]) -> Markup:
    """No `<` in it: a `</script>` in the data must not end the element that holds them."""
    text = json.dumps(_finite(data), sort_keys=True, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
