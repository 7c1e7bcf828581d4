"""Which definitions the measures follow, where it can be read without loading anything."""

from __future__ import annotations

#: Version of the definitions of all measures; raised whenever a change moves a number.
DEFINITIONS_VERSION = "2"
