"""From packets to pictures in the order they are shown, stepping over damage."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from valgus.video.files import MAX_PIXELS, open_container, video_stream

# One key frame can be lost and with it its whole group of pictures (usually up to 250), but hardly two.
_MAX_BAD_IN_A_ROW = 600
# After an error the file is read on from where it stopped, which may be the same place again.
_MAX_READ_ERRORS_IN_A_ROW = 20
# Containers whose header states how long the recording is; elsewhere FFmpeg estimates it.
_STATES_DURATION = ("mov", "matroska", "avi")
# Sound, pictures and header never end at quite the same time.
_END_TOLERANCE_S = 0.5
# Containers with an index of key frames that can be relied on; GIF pictures, for one, build on all before.
_CAN_SEEK = ("mov", "matroska")
# Video from before is not from a phone: a clock that was not set.
_FIRST_PHONE_VIDEO = 2000


#: Environment variable with the number of decoder threads, for processes that share the cores of a machine.
THREADS_VARIABLE = "VALGUS_DECODER_THREADS"


def default_threads() -> int:
    """Return how many threads decode a clip where nobody says: 2, or what the environment asks for."""
    said = os.environ.get(THREADS_VARIABLE, "")
    return int(said) if said.isdecimal() else 2


def expected_length_s(path: Path, /) -> float | None:
    """Return about how long the video in a file is by its header, None if that does not say.

    Raises
    ------
    WrongUsage
        If there is no such file, or it is a folder.
    NotReadableAsVideo
        If it holds no video. Nothing is decoded, so a damaged clip may pass.
    """
    decoder = Decoder(path, threads=1)
    try:
        return decoder.expected_duration_s
    finally:
        decoder.close()


class Decoder:
    """One open file and its video stream; counts what it leaves out.

    Attributes
    ----------
    dropped_frames, damaged_frames, skipped_packets : int
        As in `ClipReader`.
    ended_early : bool
        Whether the pictures stopped at damage, or well before the length that the header states.
    """

    def __init__(self, path: Path, threads: int) -> None:
        self.dropped_frames = self.damaged_frames = self.skipped_packets = 0
        self.ended_early = False
        self._bad_in_a_row = 0
        self._reached_s = 0.0
        self._size: tuple[int, int] | None = None
        self._container = open_container(path)
        try:
            self.stream: VideoStream = video_stream(self._container, path.name)
        except BaseException:
            self.close()
            raise
        context = self.stream.codec_context
        context.thread_type = "AUTO"
        context.thread_count = threads
        context.options = {"max_pixels": str(MAX_PIXELS)}

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    @property
    def seconds_per_tick(self) -> float:
        """Length of one tick of the stream's clock, s."""
        return float(self.stream.time_base or 0)

    @property
    def expected_duration_s(self) -> float | None:
        """About how long the video is, from what the header says."""
        if self.stream.duration and self.stream.time_base:
            return float(self.stream.duration * self.stream.time_base)
        return self._container.duration / 1_000_000 if self._container.duration else None

    @property
    def expected_frames(self) -> int | None:
        """About how many pictures will come, from what the header says."""
        length_s = self.expected_duration_s
        if length_s and self.stream.average_rate:
            return max(1, round(length_s * self.stream.average_rate))
        return self.stream.frames or None

    @property
    def recorded_at(self) -> str | None:
        """When the file says that it was recorded, ISO 8601; None where it says nothing that can be true."""
        said = self._container.metadata.get("creation_time", "")
        try:
            when = datetime.fromisoformat(said.replace("Z", "+00:00"))
        except ValueError:
            return None
        # A clock that was never set says 1904 or 1970.
        return when.isoformat() if when.year >= _FIRST_PHONE_VIDEO else None

    @property
    def can_seek(self) -> bool:
        """Whether `seek` is worth trying on this kind of file."""
        return self._container.format.name.startswith(_CAN_SEEK)

    def pictures(self) -> Iterator[tuple[int, VideoFrame]]:
        """Yield pictures with their presentation time in ticks, strictly rising and all of one size.

        What an edit list cuts away is decoded but never comes out of the decoder.
        """
        return self._in_order(from_key=False)

    def pictures_from(self, ticks: int) -> Iterator[tuple[int, VideoFrame]]:
        """Yield as `pictures` does, from a key frame at or before a time; an imprecise index may lead later.

        Pictures that are decoded after the key frame but shown before it build on pictures that were not
        decoded, so they are left out.
        """
        self._container.seek(ticks, stream=self.stream, backward=True)
        return self._in_order(from_key=True)

    def _in_order(self, *, from_key: bool) -> Iterator[tuple[int, VideoFrame]]:
        last: int | None = None
        for packet in self._packets():
            if from_key and packet.is_keyframe and packet.pts is not None:
                last, from_key = packet.pts - 1, False
            for picture in self._decoded(packet):
                # Files such as AVI store only the order of decoding; without reordering it is the same.
                pts = picture.pts if picture.pts is not None else picture.dts
                if from_key or pts is None or (last is not None and pts <= last) or self._is_odd(picture):
                    self.dropped_frames += 1
                    continue
                self.damaged_frames += picture.is_corrupt
                last = pts
                yield pts, picture
            if self._bad_in_a_row > _MAX_BAD_IN_A_ROW:
                self.ended_early = True
                return

    def _is_odd(self, picture: VideoFrame) -> bool:
        """Say whether a picture has another size than the first: damage, and no place on a pose track."""
        self._size = self._size or (picture.width, picture.height)
        return (picture.width, picture.height) != self._size

    def _packets(self) -> Iterator[Packet[Stream]]:
        """Yield the video's packets and, last, the empty one that empties the decoder."""
        errors = 0
        # All streams, because how far the sound reaches says whether the end of the file is missing.
        demuxer = self._container.demux()
        while errors <= _MAX_READ_ERRORS_IN_A_ROW:
            try:
                packet = next(demuxer)
            except StopIteration:
                self.ended_early |= self._ends_short()
                return
            except FFmpegError:
                errors += 1
                self.skipped_packets += 1
                demuxer = self._container.demux()
                continue
            errors = 0
            self._note_end_of(packet)
            if packet.stream.index == self.stream.index:  # its own stream_index is 0 in the last, empty one
                yield packet
        self.ended_early = True
        yield Packet()

    def _decoded(self, packet: Packet[Stream]) -> list[VideoFrame]:
        try:
            pictures = self.stream.decode(packet)
        except FFmpegError:  # threads may lose a picture or two that were decoded beside the damaged one
            self.skipped_packets += 1
            self._bad_in_a_row += 1
            return []
        self._bad_in_a_row = 0
        return pictures

    def _note_end_of(self, packet: Packet[Stream]) -> None:
        if packet.pts is not None and packet.time_base:
            end_s = float((packet.pts + (packet.duration or 0)) * packet.time_base)
            self._reached_s = max(self._reached_s, end_s)

    def _ends_short(self) -> bool:
        stated = (
            self._container.duration if self._container.format.name.startswith(_STATES_DURATION) else None
        )
        return stated is not None and stated / 1_000_000 - self._reached_s > _END_TOLERANCE_S
