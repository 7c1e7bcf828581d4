"""Open a clip upright with its true frame times, stream its frames, pick stills; write H.264."""

from valgus.video.ahead import decode_ahead
from valgus.video.decoding import expected_length_s
from valgus.video.files import check_content, sha256_of, sha256_of_all
from valgus.video.reader import ClipReader, Frame
from valgus.video.stills import Keeper, stills
from valgus.video.writer import H264Writer

__all__ = [
    "ClipReader",
    "Frame",
    "H264Writer",
    "Keeper",
    "check_content",
    "decode_ahead",
    "expected_length_s",
    "sha256_of",
    "sha256_of_all",
    "stills",
]
