//! The clock of another instrument.

mod follow;

use pastiche_engine::clock::Metronome;
use pastiche_engine::io::Io;
use pastiche_engine::midi::Message;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::control::midi_listener::{Listener, PORT};
use follow::Follower;

const BPM: In<Control> = In::control(
    "bpm",
    Metronome::DEFAULT_BPM,
    Unit::Bpm,
    range(40.0, 240.0),
    range(0.0, 10_000.0),
    "Beats a minute until a clock is heard.",
);
const TEMPO: Out<Control> = Out::with_unit("bpm", Unit::Bpm, "Beats a minute of the clock.");
const BEAT: Out<Control> = Out::with_unit("beat", Unit::Beats, "Where the song stands.");
const RUNNING: Out<Control> = Out::new("running", "1 while the song of a clock runs, 0 while it stands.");
const ALIVE: Out<Control> = Out::new("alive", "1 while clocks come, else 0.");
const STARTED: Out<Trigger> = Out::new("started", "Each time the song begins or goes on.");
const STOPPED: Out<Trigger> = Out::new("stopped", "Each time the song stops.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "midi_clock",
        category: Category::Control,
        summary: "The clock of another instrument, to play in time with it.",
        doc: "Follows MIDI clock, 24 a quarter note, with start, stop, continue and song position. Give its \
              tempo and its beat to `tempo`, and the whole patch keeps time with it. The tremble of the cable \
              is smoothed out. Until a clock is heard the beat goes on at its own `bpm`; when one is unplugged \
              while it runs, at the last tempo.",
        example: "let clock = midi_clock(100);\ntempo(clock, clock.beat);\n\
                  screen(blur(test_card(), (1 - beat().beat) * 30));\n",
        inputs: &[&BPM.0],
        options: &[PORT.0],
        outputs: &[TEMPO.0, BEAT.0, RUNNING.0, ALIVE.0, STARTED.0, STOPPED.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        Ok(Box::new(MidiClock { listener: Listener::of(options), follower: Follower::default() }))
    },
}];

struct MidiClock {
    listener: Listener,
    follower: Follower,
}

impl Node for MidiClock {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let own_bpm = io.control(&BPM);
        let (mut started, mut stopped) = (0, 0);
        for heard in self.listener.hear(ctx) {
            let was_stopped = self.follower.is_stopped();
            self.follower.hear(heard.message, heard.sample, own_bpm);
            started += u32::from(matches!(heard.message, Message::Start | Message::Continue));
            stopped += u32::from(self.follower.is_stopped() && !was_stopped);
        }
        let standing = self.follower.at(&ctx.tick, ctx.beats.now, own_bpm);
        io.set_control(&TEMPO, standing.bpm);
        io.set_control(&BEAT, standing.beat);
        io.set_control(&RUNNING, f64::from(u8::from(standing.is_running)));
        io.set_control(&ALIVE, f64::from(u8::from(standing.is_alive)));
        io.set_trigger(&STARTED, started);
        io.set_trigger(&STOPPED, stopped);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.follower = std::mem::take(&mut old.follower);
    }

    fn status(&self) -> Status {
        self.listener.status()
    }
}
