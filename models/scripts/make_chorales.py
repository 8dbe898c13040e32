"""Writes the chorales that come with music21 as the JSON that `pastiche train chorale` and `pastiche eval chorale` read.

    pip install music21==10.5.1
    python3 make_chorales.py chorales.json
    pastiche train chorale --data chorales.json --out chorale.safetensors

music21 (https://pypi.org/project/music21/, BSD) holds about 370 chorales in the edition of Riemenschneider. The file is
{"train": [piece...], "valid": [piece...], "test": [piece...]}; a piece is a list of steps of a sixteenth, each with the
MIDI pitches of soprano, alto, tenor and bass, -1 where a voice is silent. It is not the split of the JSB chorales
(Boulanger-Lewandowski, 2012): of ten pieces in the order of their numbers six are learnt from, two validate and two
test, so that figures measured on it cannot be compared with published ones. Left out, with a line that says why: pieces
without exactly four parts, and pieces with pitches outside 36 to 81. Fermatas and repeated notes are lost, as in the JSB
chorales.
"""

import json
import sys

from music21 import chord, corpus, note

STEPS_OF_A_QUARTER = 4
LOWEST, HIGHEST = 36, 81
PARTS_OF_TEN = ["train", "train", "train", "valid", "test"] * 2


def line(part, steps):
    """The MIDI pitch of each step of a part; where a chord is written, its highest."""
    pitches = [-1] * steps
    for element in part.flatten().notes:
        if element.duration.isGrace:
            continue
        start = round(float(element.offset) * STEPS_OF_A_QUARTER)
        end = round(float(element.offset + element.quarterLength) * STEPS_OF_A_QUARTER)
        if isinstance(element, note.Note):
            pitch = element.pitch.midi
        elif isinstance(element, chord.Chord):
            pitch = max(one.midi for one in element.pitches)
        else:
            continue
        pitches[start:end] = [pitch] * (min(end, steps) - start)
    return pitches


def piece(score):
    """The steps of a score; ValueError says why it is none of ours."""
    score = score.toSoundingPitch()
    parts = list(score.parts)
    if len(parts) != 4:
        raise ValueError(f"{len(parts)} parts")
    steps = round(float(max(part.highestTime for part in parts)) * STEPS_OF_A_QUARTER)
    rows = [list(row) for row in zip(*(line(part, steps) for part in parts))]
    for step, row in enumerate(rows):
        for pitch in row:
            if pitch != -1 and not LOWEST <= pitch <= HIGHEST:
                raise ValueError(f"pitch {pitch} at step {step}")
    return rows


def main():
    split = {"train": [], "valid": [], "test": []}
    count = 0
    for score in corpus.chorales.Iterator():
        name = score.metadata.title or score.metadata.corpusFilePath
        try:
            rows = piece(score)
        except ValueError as why:
            print(f"left out {name}: {why}", file=sys.stderr)
            continue
        split[PARTS_OF_TEN[count % 10]].append(rows)
        count += 1
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(split, file, separators=(",", ":"))
    print({part: len(pieces) for part, pieces in split.items()})


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
