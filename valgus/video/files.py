"""The file itself, before anything is decoded: may it be opened, what does it hold, what is its hash."""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from valgus.errors import ChangedWhileRead, NotReadableAsVideo, WrongUsage

#: Largest coded picture that is decoded: 8K with a little room. A decoder keeps up to about twenty pictures.
MAX_PIXELS = 8192 * 4352

#: In a picture of one row or column the pose model fails instead of finding nobody.
_LEAST_PX = 2
# Phones write a handful. Each may show all pictures again, and FFmpeg makes a list of all that is shown.
_MOST_EDITS = 100
_INDEX_BYTES = 64 << 20
# Playlists and the like would make FFmpeg open other files or addresses; text would be drawn as a terminal.
_FORMATS = "mov,mp4,matroska,webm,avi,gif,mpegts,mpeg,flv,asf,ogg,nut,ivf,m4v,h264,hevc,mjpeg"
_ATTACHED_PICTURE = 0x400  # AV_DISPOSITION_ATTACHED_PIC: the cover of a sound file
_CHUNK_BYTES = 1 << 20
#: The first figure of PyAV's version: some options come and go with it.
PYAV = int(av.__version__.split(".")[0])
# A description in another encoding is no reason to refuse a clip; from 19 on PyAV has no other way.
_ANY_METADATA: dict[str, Any] = {"metadata_errors": "replace"} if PYAV < 19 else {}


def sha256_of(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes as lower-case hexadecimal, reading it piece by piece."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def state_of(path: Path, /) -> tuple[int, int, int]:
    """Return what tells that a file is still the same: which it is, how large, and when it was written."""
    try:
        known = path.stat()
    except (OSError, ValueError):  # opening it will say what is wrong
        return (0, 0, 0)
    return known.st_ino, known.st_size, known.st_mtime_ns


def check_unchanged(path: Path, before: tuple[int, int, int], /) -> None:
    """Raise ChangedWhileRead unless a file is in the state that it was in."""
    if state_of(path) != before:
        raise _changed(path)


def check_content(path: Path, sha256: str, /) -> None:
    """Raise ChangedWhileRead unless a file still has the content of this hash."""
    try:
        same = sha256_of(path) == sha256
    except OSError:
        same = False
    if not same:
        raise _changed(path)


def _changed(path: Path) -> ChangedWhileRead:
    return ChangedWhileRead(
        f"{path.name}: was changed or removed while it was read.",
        "Let the copying finish, then run it again.",
    )


def sha256_of_all(path: Path, /) -> str:
    """Return the SHA-256 of a file, or of the names and hashes of the files of a folder."""
    if not path.is_dir():
        return sha256_of(path)
    listed = (f"{sha256_of(file)}  {file.name}\n" for file in sorted(path.iterdir()) if file.is_file())
    return hashlib.sha256("".join(listed).encode()).hexdigest()


def open_container(path: Path) -> InputContainer:
    """Open a regular file as a video container, or say in one sentence why it cannot be."""
    _check_regular_file(path)
    _check_edits(path)
    try:
        container: InputContainer = av.open(
            f"file:{path}",  # without the prefix a name such as 'concat:a.mp4' would be an instruction
            options={
                "protocol_whitelist": "file",
                "format_whitelist": _FORMATS,
                "max_pixels": str(MAX_PIXELS),
            },
            **_ANY_METADATA,
        )
    except FFmpegError as error:
        raise NotReadableAsVideo(
            f"{path.name}: is not a video, or its header is missing or damaged.",
            "Check that the clip plays, then copy it from the phone again.",
        ) from error
    return container


def video_stream(container: InputContainer, name: str) -> VideoStream:
    """Return the video stream that a player would show; refuse sound files and absurd sizes."""
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or int(getattr(stream, "disposition", 0)) & _ATTACHED_PICTURE:
        what = "holds sound but no video" if container.streams.audio else "holds no video"
        raise NotReadableAsVideo(f"{name}: {what}.", "Choose the clip that shows the exercise.")
    if stream.codec_context is None:
        raise NotReadableAsVideo(
            f"{name}: its video is coded in a way that cannot be decoded here.",
            "Export it as H.264 in an mp4 file.",
        )
    check_size(stream.codec_context.width, stream.codec_context.height, name)
    return stream


def check_size(width_px: int, height_px: int, name: str) -> None:
    """Refuse pictures so large that decoding them could exhaust the memory."""
    if width_px * height_px > MAX_PIXELS:
        raise NotReadableAsVideo(
            f"{name}: its header says that a picture has {width_px} x {height_px} px, which is more than 8K.",
            "Check that the clip plays, and export it at 4K or smaller.",
        )


def check_large_enough(width_px: int, height_px: int, name: str) -> None:
    """Refuse pictures that are too small to show a person."""
    if min(width_px, height_px) < _LEAST_PX:
        raise NotReadableAsVideo(
            f"{name}: its pictures have {width_px} x {height_px} px, too few to show a person.",
            "Choose the clip as the phone filmed it.",
        )


def _check_edits(path: Path) -> None:
    """Refuse an mp4 whose edit list shows its pictures again and again: a small file, an endless clip."""
    for index in _indexes_of(path):
        for found in re.finditer(b"elst....(....)", index, flags=re.DOTALL):
            if int.from_bytes(found[1], "big") > _MOST_EDITS:
                raise NotReadableAsVideo(
                    f"{path.name}: its edit list has {int.from_bytes(found[1], 'big')} entries, "
                    f"and no phone writes more than {_MOST_EDITS}.",
                    "Export it as H.264 in an mp4 file.",
                )


def _indexes_of(path: Path) -> Iterator[bytes]:
    """Yield the content of every ``moov`` box at the top of a file; none where it is no mp4."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, name, begins = int.from_bytes(head[:4], "big"), head[4:], file.tell()
            if size == 1:  # the true size follows in eight bytes
                size = int.from_bytes(file.read(8), "big")
            if name == b"moov":
                yield file.read(min(size or _INDEX_BYTES, _INDEX_BYTES))
            if size < 8 or size >= 1 << 62:
                return
            file.seek(begins - 8 + size)


def _reason(error: OSError | ValueError) -> str:
    # Without the path that an OSError carries: messages are passed on.
    return getattr(error, "strerror", None) or str(error)


def _check_regular_file(path: Path) -> None:
    again = "Check that the clip plays, then copy it from the phone again."
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WrongUsage(f"{path.name}: there is no such file.", "Check its name and folder.") from error
    except (OSError, ValueError) as error:
        raise WrongUsage(
            f"{path.name}: cannot be looked up ({_reason(error)}).", "Check its name and folder."
        ) from error
    if stat.S_ISDIR(status.st_mode):
        raise WrongUsage(
            f"{path.name or path}: is a folder, not a clip.",
            "Name one clip, or use `valgus batch` for a folder.",
        )
    if not stat.S_ISREG(status.st_mode):
        raise NotReadableAsVideo(
            f"{path.name}: is a pipe or a device, not a file.", "Save the video to a file and name that."
        )
    if status.st_size == 0:
        raise NotReadableAsVideo(f"{path.name}: is empty (0 bytes).", again)
    try:
        path.open("rb").close()
    except PermissionError as error:
        raise NotReadableAsVideo(
            f"{path.name}: may not be read by this user.", "Allow reading it, or copy it to your own folder."
        ) from error
    except OSError as error:
        raise NotReadableAsVideo(f"{path.name}: cannot be opened ({error.strerror}).", again) from error
