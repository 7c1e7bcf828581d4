"""One person over time: saved analyses are found, put in order and compared; no video is touched."""

from valgus.history.timeline import read_person

__all__ = ["read_person"]
