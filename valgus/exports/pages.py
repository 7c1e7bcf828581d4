"""What all pages are made with: one file each, whose own policy lets it load and send nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
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
    pages = Environment(
        loader=PackageLoader("valgus.exports"),
        autoescape=True,
        undefined=StrictUndefined,
        bytecode_cache=_COMPILED,
    )
    pages.filters.update({name: _when_filled_in(filter_) for name, filter_ in (filters or {}).items()})

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


def _when_filled_in(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that is not worked out while compiling: the next page may be in another language."""

    @pass_context
    def filled_in(_: Context, *arguments: Any) -> Any:
        return filter_(*arguments)

    return filled_in


class _InMemory(BytecodeCache):
    """Keeps compiled templates while the program runs: compiling one takes longer than filling it in."""

    def __init__(self) -> None:
        self._by_key: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._by_key:
            bucket.bytecode_from_string(self._by_key[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._by_key[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _InMemory()
#: Three bytes become four letters: only whole threes can be put behind each other.
_PIECE_BYTES = 3 * 2**18


def as_base64(content: bytes, /) -> str:
    """Return content as it stands in a ``data:`` address."""
    return base64.b64encode(content).decode("ascii")


def base64_of(path: Path, /) -> Iterator[str]:
    """Yield the content of a file as `as_base64` gives it, in pieces that take little memory."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield as_base64(piece)


def _hash(text: str) -> str:
    """Return what the page's own policy names a script or style by."""
    return as_base64(hashlib.sha256(text.encode()).digest())
