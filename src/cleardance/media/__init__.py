"""Video, audio and images as values; probing, decoding and encoding with limits.

Files from outside go through `probe`, `read_image`, `read_video`, `read_audio` and
`sample_frames`, which never open what their first bytes do not prove to be media. Our own go
through a mezzanine (`write_mezzanine`, lossless and private) to the final file (`encode_final`).
"""

from .final import Mark, SoundMark, encode_final, write_png
from .limits import DEFAULT_LIMITS, Limits
from .mezzanine import MEZZANINE_LIMITS, read_yuv, sample_keyframes, write_mezzanine
from .output import Progress
from .probe import Probe, StreamInfo, probe
from .read import read_audio, read_image, read_sound, read_video, sample_frames
from .values import Audio, Frame, Samples, Video

__all__ = [
    "DEFAULT_LIMITS",
    "MEZZANINE_LIMITS",
    "Audio",
    "Frame",
    "Limits",
    "Mark",
    "Probe",
    "Progress",
    "Samples",
    "SoundMark",
    "StreamInfo",
    "Video",
    "encode_final",
    "probe",
    "read_audio",
    "read_image",
    "read_sound",
    "read_video",
    "read_yuv",
    "sample_frames",
    "sample_keyframes",
    "write_mezzanine",
    "write_png",
]
