"""Two saved analyses beside each other: which reps belong together, and whether the legs differ."""

from valgus.comparison.alignment import moments_of
from valgus.comparison.legs import compare

__all__ = ["compare", "moments_of"]
