"""What all pages are made with: one file each, whose own policy lets it load and send nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def page(
    template: str,
    /,
    *,
    styles: Sequence[str],
    scripts: Sequence[str] = (),
    filters: Mapping[str, Callable[..., Any]] | None = None,
    **values: Any,
) -> str:
    """Return a page; every value is escaped.

    Parameters
    ----------
    template : str
        Its file in ``templates``. It finds ``style``, ``script`` and the hashes by which its policy names
        them, ``style_hash`` and ``script_hash``, beside the values.
    styles, scripts : sequence of str
        Files in ``templates``, each put behind the one before.
    filters : mapping, optional
        Filters of the template by name.
    **values
        What the template speaks of.
    """
    pages = Environment(loader=PackageLoader("valgus.exports"), autoescape=True, undefined=StrictUndefined)
    pages.filters.update(filters or {})

    def joined(names: Sequence[str]) -> str:
        return "".join(pages.loader.get_source(pages, name)[0] for name in names)  # type: ignore[union-attr]

    style, script = joined(styles), joined(scripts)
    return pages.get_template(template).render(
        style=Markup(style),  # the product's own files
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
        **values,
    )


def as_base64(content: bytes, /) -> str:
    """Return content as it stands in a ``data:`` address."""
    return base64.b64encode(content).decode("ascii")


def _hash(text: str) -> str:
    """Return what the page's own policy names a script or style by."""
    return as_base64(hashlib.sha256(text.encode()).digest())
