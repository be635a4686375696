"""Office files are zip archives: the same parts must give the same bytes whenever they are written."""

import io
import zipfile

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment a zip entry can carry


def with_fixed_times(archive: bytes) -> bytes:
    """The archive with every entry dated 1980-01-01 and packed in the same way, in its own order."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(target, "w") as packed:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            entry.external_attr = 0
            packed.writestr(entry, source.read(name))
    return target.getvalue()
