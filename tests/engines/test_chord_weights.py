"""The reading of HDF5 by hand, on a file written by hand as the format's specification lays it out."""

from __future__ import annotations

import importlib.util
import io
import struct
from pathlib import Path

import numpy as np
import pytest

SOURCE = Path(__file__).resolve().parents[2] / "tools" / "convert_chord_network.py"


@pytest.fixture(scope="module")
def converter():
    spec = importlib.util.spec_from_file_location("convert_chord_network", SOURCE)
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


class Writer:
    """Groups and contiguous datasets, one node per group."""

    def __init__(self):
        self.file = bytearray(96)

    def put(self, content):
        at = len(self.file)
        self.file += content + b"\0" * (-len(content) % 8)
        return at

    def header(self, *messages):
        body = b"".join(
            struct.pack("<HHBxxx", kind, (len(data) + 7) // 8 * 8, 0) + data + b"\0" * (-len(data) % 8)
            for kind, data in messages
        )
        return self.put(struct.pack("<BBHII4x", 1, 0, len(messages), 1, len(body)) + body)

    def dataset(self, array, *, float_size=4, layout=1):
        data = self.put(array.tobytes())
        space = struct.pack("<BBBx4x", 1, array.ndim, 0) + struct.pack(f"<{array.ndim}Q", *array.shape)
        kind = struct.pack("<BBBBI", 0x11, 0x20, 0x1F, 0, float_size) + bytes(12)
        return self.header((1, space), (3, kind), (8, struct.pack("<BBQQ", 3, layout, data, array.nbytes)))

    def group(self, children):
        names, places = bytearray(8), {}
        for name in children:
            places[name] = len(names)
            names += name.encode() + b"\0" * (8 - len(name) % 8)
        heap_data = self.put(bytes(names))
        heap = self.put(struct.pack("<4sB3xQQQ", b"HEAP", 0, len(names), 0, heap_data))
        entries = b"".join(
            struct.pack("<QQII16x", places[name], child, 0, 0) for name, child in sorted(children.items())
        )
        node = self.put(struct.pack("<4sBxH", b"SNOD", 1, len(children)) + entries)
        tree = self.put(struct.pack("<4sBBHQQQQQ", b"TREE", 0, 0, 1, 2**64 - 1, 2**64 - 1, 0, node, 0))
        return self.header((0x11, struct.pack("<QQ", tree, heap)))

    def finish(self, root):
        head = b"\x89HDF\r\n\x1a\n" + struct.pack("<BBBBBBBBHHI", 0, 0, 0, 0, 0, 8, 8, 0, 4, 16, 0)
        head += struct.pack("<QQQQ", 0, 2**64 - 1, len(self.file), 2**64 - 1) + struct.pack("<QQII16x", 0, root, 0, 0)
        self.file[:96] = head
        return bytes(self.file)


def test_groups_and_arrays_are_read(converter):
    writer = Writer()
    first, second = np.arange(6, dtype="<f4").reshape(2, 3), np.array([7.5], dtype="<f4")
    inner = writer.group({"kernel:0": writer.dataset(first), "bias:0": writer.dataset(second)})
    counts = writer.dataset(np.arange(2, dtype="<i8"), float_size=8)
    arrays = converter.Hdf5(writer.finish(writer.group({"layer": inner, "steps": counts}))).arrays()
    assert sorted(arrays) == ["layer/bias:0", "layer/kernel:0"]
    assert arrays["layer/kernel:0"].shape == (2, 3)
    assert np.frombuffer(arrays["layer/kernel:0"].data, "<f4").tolist() == first.ravel().tolist()


def test_arrays_become_what_numpy_reads(converter):
    array = np.arange(12, dtype="<f4").reshape(3, 4)
    again = np.load(io.BytesIO(converter._npy(converter.Array(array.shape, array.tobytes()))), allow_pickle=False)
    assert again.dtype == np.float32
    assert again.tolist() == array.tolist()


def test_other_files_are_refused(converter):
    with pytest.raises(ValueError, match="no HDF5"):
        converter.convert_chord_network(b"PK\x03\x04" + bytes(100))
    writer = Writer()
    lonely = writer.finish(writer.group({"model_weights": writer.group({"x:0": writer.dataset(np.zeros(1, "<f4"))})}))
    with pytest.raises(ValueError, match="44 arrays"):
        converter.convert_chord_network(lonely)
    writer = Writer()
    packed = writer.finish(writer.group({"x": writer.dataset(np.zeros(3, "<f4"), layout=2)}))
    with pytest.raises(ValueError, match="in one piece"):
        converter.Hdf5(packed).arrays()
