"""Write `docs/data-dictionary.md` from the data contract."""

from __future__ import annotations

from pathlib import Path

from valgus.contract.page import dictionary

PAGE = Path(__file__).resolve().parent.parent / "docs" / "data-dictionary.md"


def main() -> None:
    PAGE.write_text(dictionary(), encoding="utf-8")


if __name__ == "__main__":
    main()
