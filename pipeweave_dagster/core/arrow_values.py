"""Convert between Arrow arrays and Python or NumPy without the import of pandas.

`pa.array`, given a list, and `Array.to_numpy` import pandas, which takes longer than reading and
describing a small table.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def numbers_of(array: Any) -> "NDArray[Any]":
    """Return the numbers of an Arrow array; those of missing values are arbitrary.

    Args:
        array: Integers or floats of any width, shape (n,).
    """
    import numpy as np

    kind = array.type
    letter = "f" if str(kind) in {"float", "double", "halffloat"} else str(kind)[0]
    dtype = f"{letter if letter in 'fu' else 'i'}{kind.bit_width // 8}"
    size = kind.bit_width // 8
    if len(array) == 0 or array.buffers()[1] is None:
        return np.zeros(len(array), dtype)
    return np.frombuffer(array.buffers()[1], dtype, len(array), array.offset * size)


def array_of_numbers(numbers: "NDArray[Any]") -> Any:
    """Return an Arrow array of int32 or int64 numbers, shape (n,)."""
    import numpy as np
    import pyarrow as pa

    kind = pa.int32() if numbers.dtype == np.int32 else pa.int64()
    bits = pa.py_buffer(numbers.tobytes())
    return pa.Array.from_buffers(kind, len(numbers), [None, bits])


def array_of_texts(texts: Sequence[str | None]) -> Any:
    """Return an Arrow array of texts, null where there is None.

    Example:
        >>> array_of_texts(["a", None, "é"]).to_pylist()
        ['a', None, 'é']
    """
    import numpy as np
    import pyarrow as pa

    present = np.array([text is not None for text in texts], np.bool_)
    given = [text or "" for text in texts]
    joined = "".join(given)
    data = joined.encode()
    lengths = map(len, given) if joined.isascii() else (len(text.encode()) for text in given)
    ends = np.cumsum(np.fromiter(lengths, np.int64, len(given)))
    offsets = np.append(0, ends).astype(np.int32)
    bits = np.packbits(present, bitorder="little").tobytes()
    valid = None if present.all() else pa.py_buffer(bits)
    return pa.Array.from_buffers(
        pa.string(), len(given), [valid, pa.py_buffer(offsets.tobytes()), pa.py_buffer(data)]
    )
