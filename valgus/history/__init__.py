"""One person over time: saved analyses are found, put in order and compared; no video is touched."""

from valgus.history.timeline import read_people, read_person

__all__ = ["read_people", "read_person"]
