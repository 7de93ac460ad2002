"""A process that pulls a made-up history, again and again with a little more of it, until it is ended."""

import sys
from pathlib import Path

from history import pull as pulling
from history.folder import Folder
from tests.history.origins import Origin, history, pull

COUNT, STEP = 600, 40


def origin(known=COUNT):
    made = Origin("ideas", history("ideas", COUNT))
    made.known = dict.fromkeys(made.events, known)
    return made


def main(path):
    pulling._TOGETHER = 50  # so that there is much to be killed between
    folder = Folder(Path(path))
    for known in range(STEP, COUNT + 1, STEP):
        with folder.alone():
            if folder.exists() and folder.manifest().events >= 2 * known:
                continue
            pull(folder, origin(known))


if __name__ == "__main__":
    main(sys.argv[1])
