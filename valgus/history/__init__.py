"""One person over time: saved analyses are found, put in order and compared; no video is touched."""

from valgus.history.looking_back import decisions_at_last, in_task, person_folder_of
from valgus.history.timeline import read_people, read_person

__all__ = ["decisions_at_last", "in_task", "person_folder_of", "read_people", "read_person"]
