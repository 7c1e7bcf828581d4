"""The data contract: every column that is written, with type, unit, sign and bounds, for people and machines.

Nothing is listed here by hand: columns come from where they are made, the objects of ``analysis.json`` from
the model. Add a table to `valgus.contract.tables`.
"""

from __future__ import annotations

from valgus.contract.version import CHANGE_RULE, CONTRACT_VERSION

__all__ = ["CHANGE_RULE", "CONTRACT_VERSION"]
