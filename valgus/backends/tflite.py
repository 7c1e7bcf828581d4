"""Two edits on a TensorFlow Lite file, byte for byte the same on every machine.

A ``.tflite`` file is a FlatBuffer: tables that point forward to other tables by relative offsets. Both edits
leave the old bytes where they are, so weights keep their alignment and nothing depends on the version of a
serialising library:

* :func:`without_mask` shortens the list of operators in place, so that the person's outline is not computed;
* :func:`with_image_metadata` puts a new head before the old bytes that says how pixels are scaled.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

# Field numbers of the public TFLite schema; a published schema only ever appends.
_MODEL_SUBGRAPHS, _MODEL_BUFFERS, _MODEL_METADATA, _MODEL_FIELDS = 2, 4, 6, 8
_GRAPH_TENSORS, _GRAPH_OUTPUTS, _GRAPH_OPERATORS = 0, 2, 3
_TENSOR_SHAPE = 0
_OPERATOR_INPUTS, _OPERATOR_OUTPUTS = 1, 2
_METADATA_NAME, _METADATA_BUFFER = 0, 1
_BUFFER_DATA = 0

_MODEL_IDENTIFIER = b"TFL3"
_METADATA_IDENTIFIER = b"M001"
_METADATA_ENTRY = "TFLITE_METADATA"
_ALIGNMENT = 64  # more than the 16 bytes that weights ask for

_MASK_SHAPE = (1, 256, 256, 1)
_PRESENCE_SHAPE = (1, 1)


class NotEditable(ValueError):
    """The file is not a TFLite model of the form that an edit expects."""


def without_mask(model: bytes) -> bytes:
    """Return a landmark model that does not compute the person's outline.

    Operators that only the 256 x 256 mask needs are dropped, and the mask output is pointed at the presence
    score, so that every other output keeps its place and its value.

    Parameters
    ----------
    model : bytes
        A pose landmark network (``pose_landmarks_detector.tflite``).

    Returns
    -------
    bytes
        The edited network, same length.

    Raises
    ------
    NotEditable
        If there is no such mask output, or the bytes are not a TFLite model.
    """
    try:
        graph = _only_graph(_Bytes(model))
        return _drop_mask(model, graph)
    except (struct.error, IndexError) as error:
        raise NotEditable(f"not a TFLite model: {error}") from error


def with_image_metadata(model: bytes, *, mean: float, std: float) -> bytes:
    """Return the model with a statement of how its RGB input is scaled: (pixel - mean) / std.

    A model that already carries metadata is returned unchanged.

    Raises
    ------
    NotEditable
        If the bytes are not a TFLite model.
    """
    data = _Bytes(model)
    try:
        root = data.follow(0)
        if model[4:8] != _MODEL_IDENTIFIER:
            raise NotEditable("not a TFLite model: no TFL3 mark at byte 4")
        if _METADATA_ENTRY in _metadata_names(data, root):
            return model
        return _new_head(data, root, _image_metadata(mean, std))
    except (struct.error, IndexError) as error:
        raise NotEditable(f"not a TFLite model: {error}") from error


# Dropping the mask


def _drop_mask(model: bytes, graph: _Graph) -> bytes:
    shapes = [graph.shape(tensor) for tensor in graph.outputs]
    if shapes.count(_MASK_SHAPE) != 1 or shapes.count(_PRESENCE_SHAPE) != 1:
        raise NotEditable(f"no mask output of 256 x 256 beside a presence score; outputs are {shapes}")
    mask, presence = shapes.index(_MASK_SHAPE), shapes.index(_PRESENCE_SHAPE)
    outputs = list(graph.outputs)
    outputs[mask] = outputs[presence]

    edited = bytearray(model)
    struct.pack_into(f"<{len(outputs)}i", edited, graph.outputs_at, *outputs)
    kept = graph.operators_for(set(outputs))
    struct.pack_into("<I", edited, graph.operators_at - 4, len(kept))
    for slot, operator in enumerate(kept):
        position = graph.operators_at + 4 * slot
        struct.pack_into("<I", edited, position, operator - position)
    return bytes(edited)


@dataclass(frozen=True)
class _Graph:
    data: _Bytes
    tensors: tuple[int, ...]  # positions of tables, as all the others below
    outputs: tuple[int, ...]  # tensor numbers
    outputs_at: int
    operators: tuple[int, ...]
    operators_at: int

    def shape(self, tensor: int) -> tuple[int, ...]:
        return self.data.integers(self.tensors[tensor], _TENSOR_SHAPE)

    def operators_for(self, wanted: set[int]) -> list[int]:
        """Return the operators needed to compute the wanted tensors, in the order they run."""
        kept = []
        for operator in reversed(self.operators):
            if wanted.intersection(self.data.integers(operator, _OPERATOR_OUTPUTS)):
                kept.append(operator)
                wanted.update(self.data.integers(operator, _OPERATOR_INPUTS))
        return kept[::-1]


def _only_graph(data: _Bytes) -> _Graph:
    graphs = data.tables(data.follow(0), _MODEL_SUBGRAPHS)
    if len(graphs) != 1:
        raise NotEditable(f"expected one graph in the model, found {len(graphs)}")
    graph = graphs[0]
    return _Graph(
        data=data,
        tensors=data.tables(graph, _GRAPH_TENSORS),
        outputs=data.integers(graph, _GRAPH_OUTPUTS),
        outputs_at=data.vector(graph, _GRAPH_OUTPUTS)[0],
        operators=data.tables(graph, _GRAPH_OPERATORS),
        operators_at=data.vector(graph, _GRAPH_OPERATORS)[0],
    )


# Adding metadata


def _metadata_names(data: _Bytes, root: int) -> Iterator[str]:
    for entry in data.tables(root, _MODEL_METADATA):
        start, length = data.vector(entry, _METADATA_NAME)
        yield data.raw[start : start + length].decode("utf-8", "replace")


def _image_metadata(mean: float, std: float) -> bytes:
    """Return the nested FlatBuffer of the TFLite metadata schema for one RGB image input."""
    normalisation: _Fields = {0: [_Float(mean)], 1: [_Float(std)]}
    rgb: _Fields = {0: _Byte(1)}
    image: _Fields = {0: _Byte(2), 1: rgb}  # content properties of kind 2: image
    process_unit: _Fields = {0: _Byte(1), 1: normalisation}  # process unit of kind 1: normalisation
    input_tensor: _Fields = {0: "image", 3: image, 4: [process_unit]}
    return _encode({3: [{2: [input_tensor]}]}, _METADATA_IDENTIFIER)


def _new_head(data: _Bytes, root: int, metadata: bytes) -> bytes:
    """Return a model whose root and lists of buffers and metadata are new and lie before the old bytes."""
    buffers: list[_Value] = [_Old(position) for position in data.tables(root, _MODEL_BUFFERS)]
    entries: list[_Value] = [_Old(position) for position in data.tables(root, _MODEL_METADATA)]
    entry: _Fields = {_METADATA_NAME: _METADATA_ENTRY, _METADATA_BUFFER: _Integer(len(buffers))}
    fields: _Fields = {0: _Integer(data.integer(data.field(root, 0)))}
    for number in range(1, _MODEL_FIELDS):
        position = data.field(root, number)
        if position:
            fields[number] = _Old(data.follow(position))
    fields[_MODEL_BUFFERS] = [*buffers, {_BUFFER_DATA: metadata}]
    fields[_MODEL_METADATA] = [*entries, entry]
    return _encode(fields, _MODEL_IDENTIFIER, old=data.raw)


# Reading a FlatBuffer


@dataclass(frozen=True)
class _Bytes:
    raw: bytes

    def integer(self, position: int) -> int:
        return int(struct.unpack_from("<i", self.raw, position)[0])

    def follow(self, position: int) -> int:
        """Return where the offset stored at a position leads."""
        return position + int(struct.unpack_from("<I", self.raw, position)[0])

    def field(self, table: int, number: int) -> int:
        """Return the position of a table's field, 0 where the field is absent."""
        vtable = table - self.integer(table)
        size = struct.unpack_from("<H", self.raw, vtable)[0]
        slot = 4 + 2 * number
        offset = struct.unpack_from("<H", self.raw, vtable + slot)[0] if slot < size else 0
        return table + offset if offset else 0

    def vector(self, table: int, number: int) -> tuple[int, int]:
        """Return the first element's position and the length of a list; (0, 0) where it is absent."""
        position = self.field(table, number)
        if not position:
            return 0, 0
        start = self.follow(position)
        return start + 4, self.integer(start)

    def integers(self, table: int, number: int) -> tuple[int, ...]:
        start, length = self.vector(table, number)
        return struct.unpack_from(f"<{length}i", self.raw, start)

    def tables(self, table: int, number: int) -> tuple[int, ...]:
        start, length = self.vector(table, number)
        return tuple(self.follow(start + 4 * i) for i in range(length))


# Writing a FlatBuffer


@dataclass(frozen=True)
class _Integer:
    value: int


@dataclass(frozen=True)
class _Byte:
    value: int


@dataclass(frozen=True)
class _Float:
    value: float


@dataclass(frozen=True)
class _Old:
    """Something in the old bytes, by its position there."""

    position: int


_Inline: TypeAlias = _Integer | _Byte | _Float
_Value: TypeAlias = "_Inline | _Old | str | bytes | list[_Value] | _Fields"
_Fields: TypeAlias = "dict[int, _Value]"


def _encode(root: _Fields, identifier: bytes, old: bytes = b"") -> bytes:
    """Return the root table and all it holds, followed by the old bytes it refers to."""
    writer = _Writer(identifier)
    writer.place_all(root)
    return writer.joined(old)


class _Writer:
    """Lays out tables front to back: offsets of a FlatBuffer only ever point forward."""

    def __init__(self, identifier: bytes) -> None:
        self._out = bytearray(4) + identifier
        self._links: list[tuple[int, _Value]] = []  # where an offset is due, and to what
        self._old_links: list[tuple[int, int]] = []

    def place_all(self, root: _Fields) -> None:
        self._links.append((0, root))
        for slot, value in self._links:  # placing a value appends the links of its parts
            if isinstance(value, _Old):
                self._old_links.append((slot, value.position))
            else:
                self._point(slot, self._place(value))

    def joined(self, old: bytes) -> bytes:
        if old:
            self._pad(_ALIGNMENT)
        start = len(self._out)
        for slot, position in self._old_links:
            self._point(slot, start + position)
        return bytes(self._out) + old

    def _point(self, slot: int, target: int) -> None:
        struct.pack_into("<I", self._out, slot, target - slot)

    def _place(self, value: _Value) -> int:
        if isinstance(value, dict):
            return self._place_table(value)
        if isinstance(value, list):
            return self._place_list(value)
        if isinstance(value, (str, bytes)):
            return self._place_bytes(value)
        raise TypeError(f"{value!r} has no place of its own")

    def _place_table(self, fields: _Fields) -> int:
        # vtable: its size, the table's size, then each field's offset; every field takes four bytes
        slots = [0] * (max(fields) + 1)
        for order, number in enumerate(sorted(fields)):
            slots[number] = 4 + 4 * order
        self._pad(4)
        vtable = len(self._out)
        self._out += struct.pack(f"<{2 + len(slots)}H", 4 + 2 * len(slots), 4 + 4 * len(fields), *slots)
        self._pad(4)
        table = len(self._out)
        self._out += struct.pack("<i", table - vtable)
        for number in sorted(fields):
            self._place_element(fields[number])
        return table

    def _place_list(self, values: list[_Value]) -> int:
        self._pad(4)
        start = len(self._out)
        self._out += struct.pack("<I", len(values))
        for value in values:
            self._place_element(value)
        return start

    def _place_bytes(self, value: str | bytes) -> int:
        data = value.encode() if isinstance(value, str) else value
        self._pad(_ALIGNMENT, before=4)  # the data, not its length, is aligned
        start = len(self._out)
        self._out += struct.pack("<I", len(data)) + data + b"\0"
        return start

    def _place_element(self, value: _Value) -> None:
        if isinstance(value, _Integer):
            self._out += struct.pack("<I", value.value)
        elif isinstance(value, _Byte):
            self._out += struct.pack("<Bxxx", value.value)
        elif isinstance(value, _Float):
            self._out += struct.pack("<f", value.value)
        else:
            self._links.append((len(self._out), value))
            self._out += bytes(4)

    def _pad(self, alignment: int, before: int = 0) -> None:
        self._out += bytes(-(len(self._out) + before) % alignment)
