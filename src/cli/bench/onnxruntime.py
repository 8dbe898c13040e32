"""Runs the painting network by onnxruntime whenever a line comes in, and prints how long each run took.

Words: MODEL, PICTURE (32-bit floats, planes), WIDTH, HEIGHT, THREADS, RUNS. The first line out is the version.
"""

import sys
import time

import numpy
import onnxruntime

model, picture = sys.argv[1:3]
width, height, threads, runs = map(int, sys.argv[3:])
image = numpy.fromfile(picture, numpy.float32).reshape(1, 3, height, width)
style = numpy.eye(26, dtype=numpy.float32)[0]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
print(onnxruntime.__version__, flush=True)
for _ in sys.stdin:
    # Made again each time, so that its waiting threads take nothing from the others' turns.
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        session.run(None, {"image": image, "style_weights": style})
        times.append((time.perf_counter() - started) * 1e3)
    del session
    print(*times, flush=True)
