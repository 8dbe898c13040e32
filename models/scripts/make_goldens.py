"""Runs the published network in onnxruntime and writes what the parity test compares with.

    pip install onnxruntime==1.31.1 numpy pillow
    python make_goldens.py MULTISTYLE26_ONNX ASTRONAUT_PNG COFFEE_PNG OUTPUT_FOLDER

Writes, for each photo and size, the shrunken photo as PNG, and one `paintings.bin.z`: the
network's outputs as 16-bit floats without loss. Layout, before zlib: for each size, photo and style
vector, in this order, the three planes row by row; each value is the bit pattern of the 16-bit float
minus that of its left neighbour (the one above it in the first column), modulo 65536; all high bytes
first, then all low bytes. Outputs lie between 0 and 1, so patterns are ordered like values.

Style vectors: 26 single styles, then the ten of `mixes.json`, which holds sizes and photos as well.
"""

import json
import pathlib
import sys
import zlib

import numpy as np
import onnxruntime as ort
from PIL import Image

SIZES = [(64, 64), (61, 43)]  # width, height; the second is no multiple of four
STYLES = 26


def mixes():
    """Ten mixes: halves, thirds, all, more than one, less than nothing, and random ones."""
    rows = np.zeros((10, STYLES), np.float32)
    rows[0, [1, 19]] = 0.5
    rows[1, [3, 12, 24]] = [0.5, 0.25, 0.25]
    rows[2, :] = 1.0 / 32.0
    rows[3, 7] = 1.25
    rows[4, [19, 2]] = [1.5, -0.5]
    rows[5, [0, 25]] = [0.75, 0.5]
    random = np.random.default_rng(26)
    for row in rows[6:]:
        chosen = random.choice(STYLES, 4, replace=False)
        # Sixty-fourths: exact in every float format.
        row[chosen] = np.round(random.dirichlet(np.ones(4)) * 64) / 64
    return rows


def pad(picture):
    height, width = picture.shape[-2:]
    edges = ((0, 0), (0, 0), (0, -height % 4), (0, -width % 4))
    return np.pad(picture, edges, mode="reflect")


def shrink(path, size):
    """The middle of a photo at the size's proportions, shrunk."""
    photo = Image.open(path).convert("RGB")
    scale = min(photo.width / size[0], photo.height / size[1])
    width, height = size[0] * scale, size[1] * scale
    left, top = (photo.width - width) / 2, (photo.height - height) / 2
    return photo.resize(size, Image.LANCZOS, box=(left, top, left + width, top + height))


def pack(planes):
    """Differences to the left neighbour (first column: to the one above) of bit patterns."""
    bits = planes.astype(np.float16).view(np.uint16)
    left = bits.copy()
    left[..., 1:] -= bits[..., :-1]
    left[..., 1:, 0] -= bits[..., :-1, 0]
    return left.ravel()


def main(model, photos, folder):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    vectors = np.concatenate([np.eye(STYLES, dtype=np.float32), mixes()])
    packed = []
    for size in SIZES:
        for path in photos:
            photo = shrink(path, size)
            name = pathlib.Path(path).stem
            photo.save(folder / f"{name}_{size[0]}x{size[1]}.png", optimize=True)
            picture = np.asarray(photo, np.float32).transpose(2, 0, 1)[None] / np.float32(255)
            for vector in vectors:
                inputs = {"image": pad(picture), "style_weights": vector}
                output = session.run(None, inputs)[0][0, :, : size[1], : size[0]]
                packed.append(pack(output))
    values = np.concatenate(packed)
    data = (values >> 8).astype(np.uint8).tobytes() + (values & 255).astype(np.uint8).tobytes()
    (folder / "paintings.bin.z").write_bytes(zlib.compress(data, 9))
    about = {
        "sizes": SIZES,
        "photos": [pathlib.Path(path).stem for path in photos],
        "mixes": mixes().tolist(),
    }
    (folder / "mixes.json").write_text(json.dumps(about) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:4], pathlib.Path(sys.argv[4]))
