//! Notes on their way from a node to the audio half of another: each at its sample, none left sounding.

use pastiche_engine::assets::NoAssets;
use pastiche_engine::audio::{AudioIo, AudioNode, AudioRunner, BlockCtx};
use pastiche_engine::check::check;
use pastiche_engine::clock::FrameRate;
use pastiche_engine::graph::{Given, GivenInput, GivenOption, GraphDesc, NodeDesc, NodeKey};
use pastiche_engine::io::Io;
use pastiche_engine::live::{Live, LiveConfig, Preparer};
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::options::OptionValue;
use pastiche_engine::port::{Audio, Note, Notes, Value};
use pastiche_engine::registry::{NodeKind, Registry};
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out, Role, range};
use pastiche_engine::workers::Workers;

const NOTES: In<Notes> = In::optional("notes", "Notes.");
const SOUND: In<Audio> = In::optional("sound", "Sound.");
const PLAYED: Out<Notes> = Out::new("notes", "Notes.");
const HEARD: Out<Audio> = Out::new("sound", "How many notes sound.");

const TUNE: Opt<usize> = Opt::whole("tune", 0, range(0.0, 9.0), "Which one.");

const fn spec(name: &'static str) -> NodeSpec {
    NodeSpec {
        name,
        category: Category::Notes,
        summary: "A toy.",
        doc: "It is only a toy.",
        example: "toy();",
        inputs: &[],
        options: &[TUNE.0],
        outputs: &[],
        ..NodeSpec::PLAIN
    }
}

static PLAYER: NodeKind = NodeKind {
    spec: NodeSpec { outputs: &[PLAYED.0], ..spec("player") },
    make: |_, options| Ok(Box::new(Player(options.get(&TUNE)))),
};
static PASS: NodeKind = NodeKind {
    spec: NodeSpec { inputs: &[&NOTES.0], outputs: &[PLAYED.0], ..spec("pass") },
    make: |_, _| Ok(Box::new(Pass)),
};
static COUNTER: NodeKind = NodeKind {
    spec: NodeSpec { inputs: &[&NOTES.0], outputs: &[HEARD.0], ..spec("counter") },
    make: |_, _| Ok(Box::new(Counter(Some(Sounding::default())))),
};
static SPEAKERS: NodeKind = NodeKind {
    spec: NodeSpec { inputs: &[&SOUND.0], role: Role::Speakers, ..spec("speakers") },
    make: |_, _| Ok(Box::new(Counter(None))),
};

/// Frame, sample in it, pitch, whether it starts.
type Tune = &'static [(u64, u32, u8, bool)];

const TUNES: [Tune; 3] = [
    &[(0, 123, 60, true), (0, 124, 64, true), (2, 0, 60, false), (2, 799, 64, false)],
    &[(0, 5, 60, true), (0, 700, 60, false), (3, 64, 62, true)],
    &[(1, 0, 72, true)],
];

struct Player(usize);

impl Node for Player {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        assert!(self.0 != 2 || ctx.tick.frame < 3, "a fault of this test's making");
        let (frame, start) = (ctx.tick.frame, ctx.tick.start_sample);
        // A tune of its own: nothing is sorted, and one note has no time.
        let events = TUNES[self.0.min(2)].iter().rev().filter(|event| event.0 == frame);
        if let Some(notes) = io.notes_out(&PLAYED) {
            notes.extend(events.map(|(_, sample, pitch, on)| Note {
                sample: start + u64::from(*sample),
                pitch: *pitch,
                velocity: 100,
                voice: 0,
                channel: 0,
                on: *on,
            }));
        }
        if self.0 == 9 {
            flood(frame, io);
        }
        Ok(())
    }
}

/// Far more than fits, and the ends of the notes behind it.
fn flood(frame: u64, io: &mut Io<'_>) {
    let Some(notes) = io.notes_out(&PLAYED) else { return };
    notes.clear();
    let note = |pitch: u32, voice: u32, on| Note {
        sample: 0,
        pitch: (pitch % 128) as u8,
        velocity: 1,
        voice: voice as u8,
        channel: 0,
        on,
    };
    if frame == 0 {
        notes.extend((0..1200).map(|number| note(number, number / 128, true)));
        notes.extend((0..1200).map(|number| note(number, number / 128, false)));
    }
}

struct Pass;

impl Node for Pass {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let notes = io.notes(&NOTES);
        if let Some(out) = io.notes_out(&PLAYED) {
            out.extend_from_slice(notes);
        }
        Ok(())
    }
}

struct Counter(Option<Sounding>);

impl Node for Counter {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, _io: &mut Io<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.0.take().map(|sounding| Box::new(sounding) as Box<dyn AudioNode>)
    }
}

#[derive(Default)]
struct Sounding {
    notes: f32,
}

impl AudioNode for Sounding {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        let mut from = 0;
        for note in io.notes(&NOTES) {
            let at = (note.sample - ctx.start_sample) as usize;
            io.out(&HEARD)[0][from..at].fill(self.notes);
            from = at;
            self.notes += if note.on { 1.0 } else { -1.0 };
        }
        io.out(&HEARD)[0][from..].fill(self.notes);
    }

    fn adopt(&mut self, old: &mut Self) {
        self.notes = old.notes;
    }
}

/// Node, kind, tune, and what it reads.
type Part = (&'static str, &'static str, u32, Option<usize>);

fn desc(parts: &[Part]) -> GraphDesc {
    let mut graph = GraphDesc::default();
    for (key, kind, tune, reads) in parts {
        let mut node = NodeDesc {
            key: NodeKey::new(key),
            kind: (*kind).into(),
            inputs: Default::default(),
            options: Default::default(),
            span: None,
        };
        let value = OptionValue::Number(f64::from(*tune));
        node.options.insert("tune".into(), GivenOption { value, span: None });
        if let Some(from) = reads {
            let input = if *kind == "speakers" { "sound" } else { "notes" };
            let value = Given::Wire { node: *from, output: 0 };
            node.inputs.insert(input.into(), GivenInput { value, span: None });
        }
        graph.nodes.push(node);
    }
    graph
}

struct Show {
    live: Live,
    preparer: Preparer,
    audio: AudioRunner,
    frame: u64,
    /// Left of everything that was heard.
    heard: Vec<f32>,
}

impl Show {
    fn new(block: usize) -> Show {
        let (live, preparer, audio) = Live::new(LiveConfig {
            gpu: None,
            workers: Workers::inline(),
            rate: FrameRate { frames: 60, secs: 1 },
            canvas_px: [64, 36],
            canvas_is_forced: false,
            seed: 1,
            offline: true,
        });
        Show { live, preparer, audio: audio.max_block(block), frame: 0, heard: Vec::new() }
    }

    fn load(&mut self, parts: &[Part]) {
        let registry = Registry::new([&PLAYER, &PASS, &COUNTER, &SPEAKERS]).expect("sound declarations");
        let checked = check(&desc(parts), registry.kinds(), &NoAssets).expect("a sound graph");
        let prepared =
            self.preparer.prepare(checked.plan, &registry, &NoAssets).expect("nodes that can be built");
        assert!(self.live.commit(prepared).is_ok());
    }

    fn frames(&mut self, frames: u64) {
        for _ in 0..frames {
            self.live.frame(self.frame);
            let mut sound = [[0.0; 2]; 800];
            self.audio.run(self.frame * 800, &mut sound);
            self.heard.extend(sound.iter().map(|sample| sample[0]));
            self.frame += 1;
        }
    }

    /// The samples at which the number of notes changes, and what it is then.
    fn changes(&self) -> Vec<(usize, f32)> {
        let before = std::iter::once(&0.0).chain(&self.heard);
        let pairs = before.zip(&self.heard).enumerate();
        pairs.filter(|(_, (before, now))| before != now).map(|(at, (_, now))| (at, *now)).collect()
    }
}

const SIMPLE: [Part; 3] =
    [("p", "player", 0, None), ("c", "counter", 0, Some(0)), ("s", "speakers", 0, Some(1))];

#[test]
fn every_event_sounds_exactly_at_its_sample_whatever_the_length_of_a_block() {
    for block in [1, 17, 64] {
        let mut show = Show::new(block);
        show.load(&SIMPLE);
        show.frames(4);
        let expected = [(123, 1.0), (124, 2.0), (1600, 1.0), (2399, 0.0)];
        assert_eq!(show.changes(), expected, "in blocks of {block}");
    }
}

#[test]
fn a_kept_node_keeps_its_notes_over_reloads() {
    let mut show = Show::new(64);
    show.load(&SIMPLE);
    show.frames(1);
    show.load(&SIMPLE);
    show.frames(1);
    // Another node in front of it: the same nodes in other places.
    show.load(&[
        ("x", "player", 1, None),
        ("p", "player", 0, None),
        ("c", "counter", 0, Some(1)),
        ("s", "speakers", 0, Some(2)),
    ]);
    show.frames(2);
    assert_eq!(show.changes(), [(123, 1.0), (124, 2.0), (1600, 1.0), (2399, 0.0)]);
}

#[test]
fn an_instrument_that_is_rebuilt_misses_no_end() {
    let mut show = Show::new(64);
    show.load(&SIMPLE);
    show.frames(2);
    let mut rebuilt = SIMPLE;
    rebuilt[1].2 = 1;
    show.load(&rebuilt);
    show.frames(3);
    assert_eq!(show.heard.last(), Some(&0.0));
    assert!(show.heard[1600..2399].iter().all(|notes| *notes > 0.9));
}

#[test]
fn a_wire_that_goes_away_ends_its_notes() {
    // The wire is pulled out; its source goes; its source is rebuilt; another takes its place.
    let pulled = [("p", "player", 0, None), ("c", "counter", 0, None), ("s", "speakers", 0, Some(1))];
    let gone = [("c", "counter", 0, None), ("s", "speakers", 0, Some(0))];
    let rebuilt = [("p", "player", 1, None), SIMPLE[1], SIMPLE[2]];
    let other = [("q", "pass", 0, None), ("c", "counter", 0, Some(0)), ("s", "speakers", 0, Some(1))];
    let after: [&[Part]; 4] = [&pulled, &gone, &rebuilt, &other];
    for parts in after {
        let mut show = Show::new(64);
        show.load(&SIMPLE);
        show.frames(1);
        show.load(parts);
        show.frames(2);
        let heard: Vec<f32> = show.heard[800..2400].to_vec();
        assert!(heard[1500..].iter().all(|notes| notes.abs() < 1e-6), "{parts:?}: {:?}", &heard[1590..]);
        assert_eq!(show.heard[799], 2.0);
    }
}

#[test]
fn the_end_of_a_wire_goes_through_the_nodes_behind_it() {
    let through = |source: Option<usize>| {
        [
            ("p", "player", 0, None),
            ("t", "pass", 0, source),
            ("c", "counter", 0, Some(1)),
            ("s", "speakers", 0, Some(2)),
        ]
    };
    let mut show = Show::new(64);
    show.load(&through(Some(0)));
    show.frames(1);
    show.load(&through(None));
    show.frames(1);
    assert_eq!(show.changes(), [(123, 1.0), (124, 2.0), (800, 0.0)]);
}

#[test]
fn a_player_that_panics_leaves_nothing_sounding() {
    let mut parts = SIMPLE;
    parts[0].2 = 2;
    let mut show = Show::new(64);
    show.load(&parts);
    show.frames(5);
    assert_eq!(show.changes(), [(800, 1.0), (2400, 0.0)]);
}

#[test]
fn what_a_node_writes_is_put_in_order() {
    let mut show = Show::new(64);
    show.load(&SIMPLE);
    show.live.frame(0);
    let Some(Value::Notes(notes)) = show.live.output(&NodeKey::new("p"), "notes") else {
        panic!("no notes");
    };
    assert_eq!(notes.iter().map(|note| note.pitch).collect::<Vec<_>>(), [60, 64]);
}

#[test]
fn more_than_fits_leaves_nothing_sounding() {
    let mut parts = SIMPLE;
    parts[0].2 = 9;
    let mut show = Show::new(64);
    show.load(&parts);
    show.frames(3);
    assert!(show.heard[64..].iter().all(|notes| *notes == 0.0), "{:?}", show.changes());
}
