"""What a server reads once it is up, so that nobody's first file waits for it.

A file is looked at in a process aside, which goes after the server that answers people. Whatever
goes wrong is left to the request that meets it again, which says so.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from cleardance.clearance.service import Service
from cleardance.errors import CleardanceError
from cleardance.rights.row import ReferenceRole, WorkKind
from cleardance.rights.trying import try_files, try_row

AFTER_S = 2.0
"""First pages go before."""


def look_at_a_file(service: Service) -> None:
    """Load what looks at pictures and sounds, and the registry's own."""
    import numpy as np

    from cleardance.media import write_png

    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)
    with TemporaryDirectory(dir=service.store.home.work) as folder:
        write_png(Path(folder) / "noise.png", noise)
        for kind, role in ((WorkKind.FILM, None), (WorkKind.PERSON, ReferenceRole.FACE)):
            try_files(Path(folder), [("noise.png", "noise.png")], kind, role)
        values = {"name": "Noise", "kind": "film", "references": [{"path": "noise.png"}]}
        try:
            try_row(service.store, values, Path(folder))
        except CleardanceError:
            return  # the first request meets it again, and says so
