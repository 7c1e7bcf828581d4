"""Which contract this is, and when its version changes."""

from __future__ import annotations

#: First figure: raised when a reader of the version before would misread a file. Second: when it would not.
CONTRACT_VERSION = "1.2"
#: When which of the two figures is raised.
CHANGE_RULE = """\
A new column or a new allowed value raises the second figure of the contract's version. A column that is
renamed, removed, or changes its meaning, unit, sign or type raises the first one. Read columns by their
name, never by their place, and pass over those that you do not know. `definitions_version` in every row is
something else: it is raised when a change moves a number while its meaning stays."""
