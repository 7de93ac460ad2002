"""Where something planted might lie in a pulled folder: every column of every row, metadata, statistics, every byte."""

import pyarrow.parquet as pq


def leaks(folder, planted):
    """(file, which): ``planted`` are texts by what they are."""
    found = set()
    for place in sorted(path for path in folder.path.rglob("*") if path.is_file()):
        name = str(place.relative_to(folder.path))
        held = [place.read_bytes(), name.encode()]
        if place.suffix == ".parquet":
            held += [text.encode() for text in _texts(place)]
        found |= {(name, what) for what, text in planted.items() if any(text.encode() in each for each in held)}
    return found


def _texts(place):
    file = pq.ParquetFile(place)
    for column in file.read().columns:
        yield from map(str, column.to_pylist())
    yield str(file.metadata.metadata)
    yield str(file.schema_arrow.metadata)
    yield from (str(field.metadata) for field in file.schema_arrow)
    for group in range(file.metadata.num_row_groups):
        for column in range(file.metadata.num_columns):
            yield str(file.metadata.row_group(group).column(column).statistics)
