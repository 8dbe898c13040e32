"""Runs the float graphs of arbitrary style transfer in onnxruntime and writes what the parity test compares with.

    pip install onnxruntime==1.32.0 numpy pillow
    python make_arbitrary_style_goldens.py GRAPH_FOLDER TEST_DATA_FOLDER PAINTING...

GRAPH_FOLDER holds what `convert_arbitrary_style.py` wrote. TEST_DATA_FOLDER holds the shrunken photos
that `make_goldens.py` wrote; `arbitrary_style.json` and `arbitrary_style.bin.z` are written beside them.

Style vectors: one for each of the square photos, each pixel repeated four times in both directions; one for
each painting, whose middle square is shrunk to what the predictor sees; and blends of these. The test predicts
the photos' vectors again and paints photos with the paintings' vectors and the blends. Paintings are packed as
`make_goldens.py` says: for each photo, each style.
"""

import json
import pathlib
import sys
import zlib

import numpy as np
import onnxruntime as ort
from make_goldens import pack, pad
from PIL import Image

SQUARES = ["astronaut_64x64.png", "coffee_64x64.png"]
PHOTOS = ["astronaut_64x64.png", "coffee_61x43.png"]
SIDE = 256


def pixels(picture):
    return np.asarray(picture.convert("RGB"), np.float32) / np.float32(255)


def middle_square(path):
    picture = Image.open(path).convert("RGB")
    side = min(picture.size)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    return picture.resize((SIDE, SIDE), Image.LANCZOS, box=(left, top, left + side, top + side))


def main(graphs, folder, paintings):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    session = lambda name: ort.InferenceSession(graphs / name, options, providers=["CPUExecutionProvider"])
    predictor, transfer = session("predictor_float.onnx"), session("transfer_float.onnx")

    def predict(picture):
        return predictor.run(None, {predictor.get_inputs()[0].name: pixels(picture)[None]})[0].ravel()

    def paint(picture, style):
        picture = pad(pixels(picture).transpose(2, 0, 1)[None]).transpose(0, 2, 3, 1)
        content, vector = (entry.name for entry in transfer.get_inputs())
        return transfer.run(None, {content: picture, vector: style.reshape(1, 1, 1, -1)})[0][0].transpose(2, 0, 1)

    predicted = [predict(Image.open(folder / name).resize((SIDE, SIDE), Image.NEAREST)) for name in SQUARES]
    styles = [predict(middle_square(path)) for path in paintings]
    styles.append((styles[0] + styles[-1]) / 2)  # half-way between two paintings
    styles.append(predicted[0] * 0.75 + styles[0] * 0.25)  # a quarter of a style
    styles.append(styles[1] * 1.5 - predicted[1] * 0.5)  # beyond a style
    packed = []
    for name in PHOTOS:
        photo = Image.open(folder / name)
        for style in styles:
            packed.append(pack(paint(photo, style)[:, : photo.height, : photo.width]))
    values = np.concatenate(packed)
    data = (values >> 8).astype(np.uint8).tobytes() + (values & 255).astype(np.uint8).tobytes()
    (folder / "arbitrary_style.bin.z").write_bytes(zlib.compress(data, 9))
    # As few digits as give the same 32-bit float again.
    exact = lambda vector: [float(str(value)) for value in vector]
    about = {
        "squares": SQUARES,
        "predicted": [exact(vector) for vector in predicted],
        "photos": PHOTOS,
        "styles": [exact(vector) for vector in styles],
    }
    (folder / "arbitrary_style.json").write_text(json.dumps(about) + "\n")


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:])
