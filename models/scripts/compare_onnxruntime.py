"""Times a painting by this project and by onnxruntime, turn by turn, and prints the ratio.

    pip install onnxruntime==1.31.1 numpy
    cargo bench -p pastiche-models --bench painting --no-run     # prints where the program is
    python compare_onnxruntime.py BENCH_PROGRAM MULTISTYLE26_ONNX [WIDTH HEIGHT THREADS ROUNDS]

Each round runs the bench program (a fresh process, seven paintings, the first two left out), then
onnxruntime with all its optimisations on as many threads (seven runs, the first two left out).
The ratio is onnxruntime's median over ours: 1 is as fast, 0.5 takes twice as long.
"""

import statistics
import subprocess
import sys
import time

import numpy as np
import onnxruntime as ort

RUNS, WARM_UP = 7, 2


def ours(program, width, height, threads):
    words = [program, *map(str, (width, height, threads, RUNS))]
    lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split("\n")
    times = [float(line.split()[1]) for line in lines if line.startswith("paint ")]
    return times[WARM_UP:]


def theirs(session, width, height):
    picture = np.random.default_rng(1).random((1, 3, height, width), np.float32)
    style = np.eye(26, dtype=np.float32)[19]
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        session.run(None, {"image": picture, "style_weights": style})
        times.append((time.perf_counter() - started) * 1e3)
    return times[WARM_UP:]


def main(program, model, width=640, height=360, threads=2, rounds=8):
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    # The session is made anew each round, so that its waiting threads take nothing from our side.
    all_ours, all_theirs, ratios = [], [], []
    for turn in range(rounds):
        a = ours(program, width, height, threads)
        session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        b = theirs(session, width, height)
        del session
        all_ours += a
        all_theirs += b
        ratios.append(statistics.median(b) / statistics.median(a))
        print(f"round {turn + 1}: ours {statistics.median(a):.1f} ms, theirs {statistics.median(b):.1f} ms")
    print(f"median at {width}x{height} on {threads} threads: "
          f"ours {statistics.median(all_ours):.1f} ms, onnxruntime {ort.__version__} "
          f"{statistics.median(all_theirs):.1f} ms")
    print(f"best runs: ours {min(all_ours):.1f} ms, onnxruntime {min(all_theirs):.1f} ms, "
          f"ratio {min(all_theirs) / min(all_ours):.2f} (what other programs disturb least)")
    print(f"median ratio over {rounds} rounds: {statistics.median(ratios):.2f} "
          f"(from {min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:3], *map(int, sys.argv[3:]))
