"""The weights that an exported network carries, under the names that training gave them.

The exporter turns matrices over, renames them, and folds small weights into others. Renaming them
back, and keeping what was folded beside the graph, is what lets training go on from a model alone.
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from cleardance.errors import VerificationError

Floats = NDArray[np.float32]

HALF, TURNED = ".half", ".turned"
BYTES = "_quantized"  # ONNX Runtime's own name for them, and for what is beside them
_TURNED_BESIDE_BYTES = "_Transposed"  # what it does to matrices that stay as they are
_BESIDE_BYTES = ("_scale", "_zero_point")
_PREFIX = "network."
_FOLDED = "folded"
_MOST_FOLDED = 100_000  # values: more of them should be in the graph


def name_weights(model: onnx.ModelProto, weights: Mapping[str, Floats]) -> None:
    """Give the graph's tensors their weights' names; keep beside it those that are not in it.

    Raises ValueError if that would be much: the exporter then does what it did not do before.
    """
    there = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    by_content = {_content(array): name for name, array in there.items()}
    names, folded = {}, {}
    for name, weight in weights.items():
        if _PREFIX + name in there:
            continue
        turned = weight.ndim == 2 and by_content.get(_content(weight.T))
        if turned and turned not in names:
            names[turned] = _PREFIX + name + TURNED
        else:
            folded[name] = weight
    if sum(weight.size for weight in folded.values()) > _MOST_FOLDED:
        raise ValueError(f"the graph has lost {', '.join(folded)}")
    _rename(model.graph, names)
    beside = {name: _text(weight) for name, weight in folded.items()}
    onnx.helper.set_model_props(model, {_FOLDED: json.dumps(beside)})


def weights_in(path: Path) -> dict[str, Floats]:
    """Return the weights in an exported network, by name, in single precision.

    Of bytes they are what the bytes stand for. Raises VerificationError if it carries none.
    """
    model = onnx.load(path)
    folded = {prop.key: prop.value for prop in model.metadata_props}.get(_FOLDED)
    if folded is None:
        raise VerificationError(f"{path} does not carry the weights that training needs.")
    found = {name: _array(text) for name, text in json.loads(folded).items()}
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for whole, array in arrays.items():
        name = whole.removesuffix(BYTES)
        if not name.startswith(_PREFIX) or name.endswith(_BESIDE_BYTES):
            continue
        values = array.astype(np.float32)
        if whole.endswith(BYTES):
            zero = arrays[name + "_zero_point"].astype(np.float32)
            values = (values - zero) * arrays[name + "_scale"]  # of each column, or of all
        name = name.removeprefix(_PREFIX).removesuffix(HALF)
        for turned in (TURNED, _TURNED_BESIDE_BYTES):
            if name.endswith(turned):
                name, values = name.removesuffix(turned), values.T
        found[name] = values
    return found


def _content(array: NDArray[np.generic]) -> tuple[tuple[int, ...], bytes]:
    return array.shape, np.ascontiguousarray(array).tobytes()


def _rename(graph: onnx.GraphProto, names: Mapping[str, str]) -> None:
    for tensor in graph.initializer:
        tensor.name = names.get(tensor.name, tensor.name)
    for value in graph.value_info:
        value.name = names.get(value.name, value.name)
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]


def _text(array: Floats) -> list[object]:
    return [list(array.shape), base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()]


def _array(text: list[object]) -> Floats:
    shape, content = text
    assert isinstance(shape, list)
    assert isinstance(content, str)
    return np.frombuffer(base64.b64decode(content), np.float32).reshape(shape)
