//! How fast a music goes.

use pastiche_engine::audio::AudioNode;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Range, Unit, range};
use pastiche_signals::{BeatTracker, FASTEST_BPM, SLOWEST_BPM};

use crate::audio_tap::{AudioTap, SOUND};

const BPM: Range = range(SLOWEST_BPM, FASTEST_BPM);
const SLOWEST: In<Control> =
    In::control("slowest", 70.0, Unit::Bpm, range(40.0, 160.0), BPM, "The slowest tempo to look for.");
const FASTEST: In<Control> =
    In::control("fastest", 180.0, Unit::Bpm, range(80.0, 240.0), BPM, "The fastest tempo to look for.");
const TEMPO: Out<Control> = Out::with_unit(
    "bpm",
    Unit::Bpm,
    "Beats a minute; what was heard last while there is no beat, and 120 before.",
);
const BEAT: Out<Trigger> = Out::new("beat", "An event on each beat.");
const CONFIDENCE: Out<Control> = Out::share("confidence", "From 0, no beat, to 1, a machine's.");

/// Of a patch that says nothing.
const UNHEARD_BPM: f64 = pastiche_engine::clock::Metronome::DEFAULT_BPM;

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "listen_tempo",
        category: Category::Sound,
        summary: "Hears the tempo and the beats of music.",
        doc: "Tracks the beat by what the last 8 seconds have in common with themselves. Wire it into `tempo`, \
              and all that counts in beats goes with the music; hold it while the confidence is low. With \
              drum machines from 66 to 174 beats a minute it is within 0.5% after 8 seconds, and its beats \
              within 30 ms. Twice or half as fast may be as good an answer: narrow the range to choose.",
        example: "let drum = gain(tone(60, 0.8), envelope(0, #{ trigger: every(0.6, #{ unit: \"secs\" }), decay: 0.1, sustain: 0 }));\n\
                  speakers(drum);\nlet heard = listen_tempo(drum);\ntempo(heard.bpm);\n\
                  screen(blur(test_card(), envelope(0, #{ trigger: heard.beat, decay: 0.3, sustain: 0 }) * 30));\n",
        inputs: &[&SOUND.0, &SLOWEST.0, &FASTEST.0],
        outputs: &[TEMPO.0, BEAT.0, CONFIDENCE.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(ListenTempo::default())),
}];

#[derive(Default)]
struct ListenTempo {
    ear: AudioTap,
    tracker: BeatTracker,
}

impl Node for ListenTempo {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let beats = self.tracker.hear(self.ear.hear(ctx), io.control(&SLOWEST), io.control(&FASTEST));
        let bpm = self.tracker.bpm();
        io.set_control(&TEMPO, if bpm > 0.0 { bpm } else { UNHEARD_BPM });
        io.set_trigger(&BEAT, beats);
        io.set_control(&CONFIDENCE, self.tracker.confidence());
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.ear.take_audio()
    }

    fn adopt(&mut self, old: &mut Self) {
        self.ear.adopt(&mut old.ear);
        std::mem::swap(&mut self.tracker, &mut old.tracker);
    }
}
