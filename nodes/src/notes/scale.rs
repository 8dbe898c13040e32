//! Snaps notes to a scale.

use pastiche_engine::node::NoteNode;
use pastiche_engine::notes::{NoteIo, NoteTool, Stretch};
use pastiche_engine::port::{Control, Note, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::note_window::{Becomes, midi_pitch};

const NOTES: In<Notes> = In::required("notes", "Notes to snap.");
const ROOT: In<Control> = In::control(
    "root",
    0.0,
    Unit::Semitones,
    range(0.0, 11.0),
    range(-127.0, 127.0),
    "The scale's first note, in semitones above C, rounded: 2 is D, 9 is A.",
);
const OUT: Out<Notes> = Out::new("notes", "Notes of the scale.");

/// The semitones above the root.
type Degrees = &'static [i32];

const SCALES: [(&str, Degrees); 11] = [
    ("major", &[0, 2, 4, 5, 7, 9, 11]),
    ("minor", &[0, 2, 3, 5, 7, 8, 10]),
    ("harmonic_minor", &[0, 2, 3, 5, 7, 8, 11]),
    ("dorian", &[0, 2, 3, 5, 7, 9, 10]),
    ("phrygian", &[0, 1, 3, 5, 7, 8, 10]),
    ("lydian", &[0, 2, 4, 6, 7, 9, 11]),
    ("mixolydian", &[0, 2, 4, 5, 7, 9, 10]),
    ("major_pentatonic", &[0, 2, 4, 7, 9]),
    ("minor_pentatonic", &[0, 3, 5, 7, 10]),
    ("whole_tone", &[0, 2, 4, 6, 8, 10]),
    ("chromatic", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
];
const NAME: Opt<Choice<Degrees>> = Opt::choice("name", &SCALES, "Name of the scale.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "scale",
        category: Category::Notes,
        summary: "Snaps notes to a scale.",
        doc: "Moves each note to the nearest note of the scale, down when two are as near. With it, any control \
              makes a tune that fits.",
        example: "let wild = strike(every(0.5), 60 + lfo(0.13) * 14, 0.4);\n\
                  speakers(keys(scale(wild, 9, #{ name: \"minor_pentatonic\" })));\n",
        inputs: &[&NOTES.0, &ROOT.0],
        options: &[NAME.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let degrees = options.get(&NAME);
        Ok(NoteNode::boxed(Scale { degrees, becomes: Becomes::default() }))
    },
}];

#[derive(Clone)]
struct Scale {
    degrees: Degrees,
    becomes: Becomes,
}

impl NoteTool for Scale {
    fn play(&mut self, _stretch: &Stretch, io: &mut dyn NoteIo<'_>) {
        let root = io.control(&ROOT).round() as i32;
        for event in io.notes(&NOTES) {
            self.becomes.pass(&mut |note| io.write_note(&OUT, note), event, |note| {
                let pitch = snap(i32::from(note.pitch), root, self.degrees);
                midi_pitch(f64::from(pitch)).map(|pitch| Note { pitch, ..*note })
            });
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.becomes, &mut old.becomes);
    }
}

/// The nearest pitch of the scale.
fn snap(pitch: i32, root: i32, degrees: &[i32]) -> i32 {
    let is_in = |pitch: i32| degrees.contains(&(pitch - root).rem_euclid(12));
    let near = (0..12)
        .find_map(|distance| [pitch - distance, pitch + distance].into_iter().find(|pitch| is_in(*pitch)));
    near.unwrap_or(pitch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_go_to_the_nearest_of_the_scale() {
        let [c_major, minor_pentatonic] = [0, 8].map(|at: usize| SCALES[at].1);
        assert_eq!([60, 61, 62, 63, 66, 70].map(|pitch| snap(pitch, 0, c_major)), [60, 60, 62, 62, 65, 69]);
        assert_eq!(snap(61, 2, c_major), 61, "C sharp is in D major");
        assert_eq!(snap(61, -10, c_major), 61, "whatever octave the root is in");
        assert_eq!(snap(62, 9, minor_pentatonic), 62);
        for (name, degrees) in SCALES {
            assert!(
                degrees.is_sorted() && degrees[0] == 0 && degrees.iter().all(|degree| *degree < 12),
                "{name}"
            );
            assert!((0..128).all(|pitch| (snap(pitch, 0, degrees) - pitch).abs() <= 2), "{name}");
        }
    }
}
