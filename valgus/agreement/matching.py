"""Which row of one measurement is the same rep as which row of the other; what has no partner is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from valgus.agreement.measurement import Frames, Measurement, Reps, Row
from valgus.errors import WrongUsage
from valgus.model.agreement import LeftOut, Pair

#: Two lowest points this far apart in time can still be one rep's, s.
TOLERANCE_S = 0.3


@dataclass(frozen=True)
class Matched:
    """Reps measured twice, and every row that is in none of them."""

    pairs: tuple[Pair, ...]
    left_out: tuple[LeftOut, ...]
    invalid: int

    @property
    def first_reasons(self) -> str:
        """What is wrong with the first rows left out, in one line."""
        return "; ".join(f"{one.of}: {one.row}: {one.why}" for one in self.left_out[:3])


def match(
    a: Measurement, b: Measurement, /, *, tolerance_s: float = TOLERANCE_S, with_invalid: bool = False
) -> Matched:
    """Put the rows of two measurements together, by clip, side and nearest lowest point.

    Where a row has no time, the number of the rep decides. Each row is used once, nearest first. Rows whose
    value is missing, and pairs in which either is graded invalid, are left out with their reason.

    Parameters
    ----------
    a, b : Reps or Frames
        At most one of them an angle over time, whose values are taken at the lowest points of the other.
    tolerance_s : float, optional
        How far apart in time two lowest points of one rep may be.
    with_invalid : bool, optional
        Count reps that are graded invalid.

    Raises
    ------
    WrongUsage
        If both are angles over time, so that there are no reps.
    """
    of_a, of_b = _as_reps(a, b)
    rows_a, rows_b = _Rows("A", of_a.rows), _Rows("B", of_b.rows)
    partners = _partners(rows_a, rows_b, tolerance_s)
    taken = {j: i for i, j in partners.items()}
    left_out = [
        *_without_partner(rows_a, rows_b, set(partners), tolerance_s),
        *_without_partner(rows_b, rows_a, set(taken), tolerance_s),
    ]
    pairs: list[Pair] = []
    invalid = 0
    for i, j in sorted(partners.items()):
        one, other = of_a.rows[i], of_b.rows[j]
        unfit = _unfit(one, other, with_invalid)
        if unfit is None:
            pairs.append(_pair(one, other))
        else:
            invalid += unfit.startswith("graded")
            left_out += [LeftOut("A", one.where, unfit), LeftOut("B", other.where, unfit)]
    return Matched(tuple(pairs), tuple(left_out), invalid)


def as_one_clip(a: Measurement, b: Measurement, /) -> Measurement:
    """Return B as if it were of the clip of A: a trial of a laboratory and the video filmed beside it.

    Raises
    ------
    WrongUsage
        If either is of several clips.
    """
    if isinstance(a, Frames) or isinstance(b, Frames):
        return b  # an angle over time has no clip of its own
    clips = [{(row.clip, row.clip_sha256) for row in of_it.rows} for of_it in (a, b)]
    if max(map(len, clips)) > 1:
        raise WrongUsage(
            f"--same-clip is for one clip each: {a.name} has {len(clips[0])}, {b.name} has {len(clips[1])}.",
            "Compare one clip after the other.",
        )
    ((clip, sha256),) = clips[0] or {("", "")}
    return Reps(b.name, tuple(replace(row, clip=clip, clip_sha256=sha256) for row in b.rows))


def _as_reps(a: Measurement, b: Measurement) -> tuple[Reps, Reps]:
    if isinstance(a, Frames):
        if isinstance(b, Frames):
            raise WrongUsage(
                f"{a.name} and {b.name} are angles over time: neither says where the reps are.",
                "Give a saved analysis or a table of reps as one of them.",
            )
        return a.at_the_reps_of(_of_one_clip(b, a)), b
    if isinstance(b, Frames):
        return a, b.at_the_reps_of(_of_one_clip(a, b))
    return a, b


def _of_one_clip(reps: Reps, frames: Frames) -> Reps:
    clips = {(row.clip, row.clip_sha256) for row in reps.rows}
    if len(clips) > 1:
        raise WrongUsage(
            f"{frames.name} is an angle over time of one clip, {reps.name} has {len(clips)} clips.",
            "Give the analysis of the clip that it belongs to.",
        )
    return reps


class _Rows:
    """The rows of one measurement, with what is asked about all of them at once."""

    def __init__(self, name: str, rows: Sequence[Row]) -> None:
        self.name = name
        self.rows = rows
        hashes: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            hashes[row.clip].add(row.clip_sha256)
        self.clips = {(row.clip, row.clip_sha256) for row in rows}
        #: Names that are those of several files.
        self.ambiguous = {name for name, of_it in hashes.items() if len(of_it) > 1}

    def of_the_clip_of(self, row: Row) -> list[int]:
        return [k for k, other in enumerate(self.rows) if self._same_clip(other, row)]

    def _same_clip(self, own: Row, row: Row) -> bool:
        if own.clip_sha256 and row.clip_sha256:
            return own.clip_sha256 == row.clip_sha256
        if own.clip and row.clip:
            return own.clip == row.clip and own.clip not in self.ambiguous
        return len(self.clips) == 1


def _partners(a: _Rows, b: _Rows, tolerance_s: float) -> dict[int, int]:
    """Return the row of B for rows of A."""
    near: list[tuple[float, int, int]] = []
    cache: dict[tuple[str, str], list[int]] = {}
    for i, row in enumerate(a.rows):
        key = (row.clip, row.clip_sha256)
        if key not in cache:
            cache[key] = [j for j in b.of_the_clip_of(row) if i in a.of_the_clip_of(b.rows[j])]
        apart = ((_apart_s(row, b.rows[j]), j) for j in cache[key] if _same_side(row, b.rows[j]))
        near += [(far, i, j) for far, j in apart if far is not None and far <= tolerance_s]
    found: dict[int, int] = {}
    used: set[int] = set()
    for _, i, j in sorted(near):
        if i not in found and j not in used:
            found[i] = j
            used.add(j)
    return found


def _same_side(one: Row, other: Row) -> bool:
    return not one.side or not other.side or one.side == other.side


def _apart_s(one: Row, other: Row) -> float | None:
    """Return how far apart two rows are in time; where one has none, 0 for the same rep and else None."""
    if one.time_s is not None and other.time_s is not None:
        # Times are written with a millisecond or less: what is left of a difference must not decide.
        return round(abs(one.time_s - other.time_s), 6)
    return 0.0 if one.rep is not None and one.rep == other.rep else None


def _without_partner(rows: _Rows, others: _Rows, matched: set[int], tolerance_s: float) -> Iterator[LeftOut]:
    for k, row in enumerate(rows.rows):
        if k not in matched:
            yield LeftOut(rows.name, row.where, _why_alone(row, others, rows, tolerance_s))


def _why_alone(row: Row, others: _Rows, own: _Rows, tolerance_s: float) -> str:
    if row.clip in others.ambiguous | own.ambiguous and not row.clip_sha256:
        return f"{row.clip} is the name of several clips: give clip_sha256"
    of_clip = [others.rows[k] for k in others.of_the_clip_of(row)]
    if not of_clip:
        same_name = any(other.clip == row.clip for other in others.rows)
        named = row.clip or "its clip"
        return (
            f"{named} in {others.name} is another file (its hash differs, or one of several of that name)"
            if same_name and row.clip
            else f"no row of {named} in {others.name}"
        )
    of_side = [other for other in of_clip if _same_side(row, other)]
    if not of_side:
        return f"no row of the {row.side} leg in {others.name}"
    far = [_apart_s(row, other) for other in of_side]
    known = [one for one in far if one is not None]
    if row.time_s is None or not known:
        return f"no rep {row.rep} in {others.name}" if not known else f"rep {row.rep} is taken by another row"
    if min(known) > tolerance_s:
        far_s = f"the nearest is {min(known):.2f} s away"
        return f"no lowest point within {tolerance_s:g} s in {others.name}, {far_s}"
    return f"its rep in {others.name} is taken by a nearer row"


def _unfit(one: Row, other: Row, with_invalid: bool) -> str | None:
    for name, row in (("A", one), ("B", other)):
        if row.value is None:
            return f"no value in {name}"
        if row.invalid and not with_invalid:
            return f"graded invalid in {name} ({row.invalid})"
    return None


def _pair(one: Row, other: Row) -> Pair:
    assert one.value is not None
    assert other.value is not None
    return Pair(
        clip=one.clip or other.clip,
        clip_sha256=one.clip_sha256 or other.clip_sha256,
        side=one.side or other.side,
        person=one.person or other.person,
        rep=one.rep if one.rep is not None else other.rep,
        a_time_s=one.time_s,
        b_time_s=other.time_s,
        a=one.value,
        b=other.value,
    )
