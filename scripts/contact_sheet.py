"""Make a video of each prompt, through the whole path, and lay frames of all on one picture.

Usage: python scripts/contact_sheet.py examples/prompts.txt docs/images/contact-sheet.jpg
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from cleardance.clearance.flow import clear
from cleardance.clearance.service import open_service
from cleardance.media import Frame, read_video
from cleardance.request import Request, Resolution

MOMENTS = (0.1, 0.5, 0.9)  # of the duration
TILE_WIDTH_PX, COLUMNS, GAP_PX, LINE_PX = 240, 2, 8, 22


def videos(prompts: list[str], folder: Path) -> Iterator[Path]:
    """Make each prompt's video; the seed is the prompt's place in the list."""
    with open_service(folder / "home") as service:
        for seed, prompt in enumerate(prompts):
            request = Request(prompt=prompt, seed=seed, resolution=Resolution.P480, duration_s=4)
            destination = folder / f"{seed}.mp4"
            record = clear(service, request, destination)
            print(f"{record.status:<9} {' '.join(record.task.ignored):<12} {prompt}")
            yield destination


def strip(path: Path, prompt: str) -> Frame:
    """Return the video's frames at the moments, side by side, over its prompt."""
    frames = list(read_video(path).frames)
    picked = [frames[round(moment * (len(frames) - 1))] for moment in MOMENTS]
    height_px = round(picked[0].shape[0] * TILE_WIDTH_PX / picked[0].shape[1])
    size = (TILE_WIDTH_PX, height_px)
    tiles = [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in picked]
    line = np.full((LINE_PX, TILE_WIDTH_PX * len(tiles), 3), 255, np.uint8)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(line, prompt, (2, 15), font, 0.45, (40, 40, 40), 1, cv2.LINE_AA)
    return np.pad(
        np.vstack([np.hstack(tiles), line]), ((0, 0), (0, GAP_PX), (0, 0)), constant_values=255
    )


def main() -> None:
    """Write the sheet."""
    prompts = [line for line in Path(sys.argv[1]).read_text().splitlines() if line]
    with tempfile.TemporaryDirectory() as folder:
        made = videos(prompts, Path(folder))
        strips = [strip(path, prompt) for path, prompt in zip(made, prompts, strict=True)]
    rows = [np.hstack(strips[k : k + COLUMNS]) for k in range(0, len(strips), COLUMNS)]
    sheet = cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR)
    cv2.imwrite(sys.argv[2], sheet, [cv2.IMWRITE_JPEG_QUALITY, 85])


if __name__ == "__main__":
    main()
