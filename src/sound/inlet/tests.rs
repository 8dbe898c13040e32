//! From a key to the buffer of a card in which it is heard, by a clock that the test moves.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::clock::FrameRate;
use engine::midi::Message;
use engine::take::{Input, Stamped, TAKE_VERSION, Take, TakeHeader};
use pastiche_engine as engine;

use super::super::SoundClock;
use super::super::output::{CardLink, CardOutput, Playing};
use super::SoundInlet;
use crate::player::{Pace, Player, PlayerConfig, registry};
use crate::wave::WaveFile;

/// Samples of a card's buffer.
const BUFFERS: [u64; 3] = [64, 256, 1024];
const FRAMES_A_SECOND: [u32; 2] = [30, 60];

/// From one look at the clock to the next.
const STEP: Duration = Duration::from_micros(50);

/// Silence of this many samples parts two sounds.
const SILENCE: usize = 480;

/// A show in which nothing happens by itself.
struct Show {
    player: Player,
    card: CardOutput,
    _link: CardLink,
    clock: Arc<SoundClock>,
    inlet: SoundInlet,
    epoch: Instant,
    now: Duration,
    buffer: u64,
    buffers: u64,
    heard: Vec<[f32; 2]>,
    applied: Vec<Stamped>,
}

fn player(frames: u32, text: &str) -> Player {
    let mut config = PlayerConfig::new(registry().unwrap(), Pace::Offline);
    config.rate = FrameRate { frames, secs: 1 };
    let mut player = Player::new(config).unwrap();
    player.load_text("test", text).unwrap();
    player
}

fn seconds(samples: u64) -> Duration {
    Duration::from_nanos(samples * 1_000_000_000 / 48_000)
}

impl Show {
    fn new(buffer: u64, frames: u32, text: &str) -> Show {
        let mut player = player(frames, text);
        let runner = player.take_sound().unwrap();
        let epoch = Instant::now();
        let clock = Arc::new(SoundClock::new(player.ahead_samples()));
        let (card, mut link) = CardOutput::new(48_000, clock.clone(), epoch);
        assert!(link.to_card.push(Box::new(Playing { runner, next_sample: 0 })).is_ok());
        let inlet = SoundInlet { inlet: player.live().midi().clone(), clock: clock.clone(), epoch };
        clock.begin(Duration::ZERO);
        let (heard, applied) = (Vec::new(), Vec::new());
        let (now, buffers) = (Duration::ZERO, 0);
        Show { player, card, _link: link, clock, inlet, epoch, now, buffer, buffers, heard, applied }
    }

    /// Each buffer is asked for when the one before has been played, and up to half a millisecond later.
    fn run(&mut self, until: Duration) {
        while self.now < until {
            if self.clock.at(self.now) as u64 >= self.player.rate().start_sample(self.player.next_frame()) {
                self.applied.extend(self.player.step().applied);
            }
            let late = Duration::from_micros(self.buffers % 7 * 80);
            if self.now >= seconds(self.buffers * self.buffer) + late {
                let (at, heard) = (self.epoch + self.now, &mut self.heard);
                self.card.fill(at, self.buffer as usize, |sample| heard.push(sample));
                self.buffers += 1;
            }
            self.now += STEP;
        }
    }

    fn come(&mut self, input: Input) {
        let heard = self.inlet.play(self.epoch + self.now, &input);
        let stamped = Stamped { heard, ..Stamped::new(self.clock.at(self.now) as u64, input) };
        match heard {
            Some(_) => self.player.input_heard(stamped),
            None => self.player.input(stamped),
        }
    }

    fn key(&mut self, pitch: u8, is_down: bool) {
        let velocity = if is_down { 100 } else { 0 };
        let message = match is_down {
            true => Message::NoteOn { channel: 0, pitch, velocity },
            false => Message::NoteOff { channel: 0, pitch, velocity },
        };
        self.come(Input::Midi { port: "Piano".into(), message });
    }

    /// The samples at which a sound begins after silence.
    fn onsets(&self) -> Vec<usize> {
        let (mut silence, mut onsets) = (SILENCE, Vec::new());
        for (at, sample) in self.heard.iter().enumerate() {
            if *sample == [0.0; 2] {
                silence += 1;
            } else {
                onsets.extend((silence >= SILENCE).then_some(at));
                silence = 0;
            }
        }
        onsets
    }
}

/// A sound of five milliseconds that begins at once.
fn click(folder: &Path) -> String {
    let path = folder.join("click.wav");
    let mut file = WaveFile::create(&path).unwrap();
    file.write(&[[0.5; 2]; 240]).unwrap();
    file.finish().unwrap();
    path.display().to_string().replace('\\', "/")
}

#[test]
fn a_key_is_heard_one_buffer_later_through_every_tool() {
    let folder = tempfile::tempdir().unwrap();
    let click = click(folder.path());
    let ways = [
        "keys",
        "transpose(keys, 12)",
        "scale(keys)",
        "split(keys)",
        "merge(keys)",
        "humanise(keys, 0)",
        "arpeggio(keys, 0.0005)",
    ];
    for buffer in BUFFERS {
        for frames in FRAMES_A_SECOND {
            for way in ways {
                let text = format!(
                    "let keys = midi_in();\nspeakers(sampler({way}, \"{click}\", #{{ attack: 0.001 }}));"
                );
                let mut show = Show::new(buffer, frames, &text);
                show.run(Duration::from_millis(400));
                let mut struck = Vec::new();
                for number in 0..9 {
                    show.run(show.now + Duration::from_micros(60_000 + number * 3_137));
                    struck.push(show.now.as_secs_f64() * 48_000.0);
                    show.key(60, true);
                    show.run(show.now + Duration::from_millis(4));
                    show.key(60, false);
                }
                show.run(show.now + Duration::from_millis(80));
                let onsets = show.onsets();
                assert_eq!(onsets.len(), struck.len(), "{way}, {buffer}, {frames}");
                let later: Vec<f64> =
                    onsets.iter().zip(&struck).map(|(onset, key)| *onset as f64 - key).collect();
                let least = later.iter().copied().fold(f64::MAX, f64::min);
                let most = later.iter().copied().fold(f64::MIN, f64::max);
                let allowed = buffer as f64..=buffer as f64 + 144.0;
                assert!(
                    allowed.contains(&least) && allowed.contains(&most) && most - least <= 64.0,
                    "{way}, a buffer of {buffer}, {frames} frames a second: {later:?}"
                );
            }
        }
    }
}

#[test]
fn a_take_of_a_card_is_replayed_to_the_same_bytes() {
    let text = "let keys = midi_in();\nspeakers(organ(keys));";
    let mut show = Show::new(256, 60, text);
    show.come(Input::MidiPorts { ports: vec!["Piano".into()] });
    for number in 0..20_u8 {
        show.run(show.now + Duration::from_micros(23_713));
        show.key(48 + number / 2 * 3, number % 2 == 0);
    }
    show.key(72, true);
    show.run(show.now + Duration::from_millis(50));
    // A cable is pulled while a key is down.
    show.come(Input::MidiPorts { ports: Vec::new() });
    show.run(show.now + Duration::from_millis(200));
    assert!(show.applied.iter().filter(|stamped| stamped.heard.is_some()).count() > 20);

    let header = TakeHeader { pastiche_take: TAKE_VERSION, patch: "test".into(), seed: 1 };
    let lines = show.applied.iter().map(|stamped| serde_json::to_string(stamped).unwrap() + "\n");
    let lines: String = lines.collect();
    let take = format!("{}\n{lines}", serde_json::to_string(&header).unwrap());
    let take = Take::parse(&take).unwrap();
    let replay = |inputs: &[Stamped]| {
        let mut player = player(60, text);
        inputs.iter().for_each(|stamped| player.input(stamped.clone()));
        let mut sound = Vec::new();
        while sound.len() < show.heard.len() {
            player.step();
            sound.extend_from_slice(player.sound());
        }
        sound.truncate(show.heard.len());
        sound
    };
    let sound = replay(&take.inputs);
    assert!(sound.iter().any(|sample| *sample != [0.0; 2]));
    let differs = sound.iter().zip(&show.heard).position(|(one, other)| one != other);
    assert_eq!(differs, None, "of {} samples", sound.len());
    let unheard: Vec<Stamped> =
        take.inputs.iter().map(|stamped| Stamped { heard: None, ..stamped.clone() }).collect();
    assert!(replay(&unheard) != sound, "it is the samples in the take that place the notes");
}
