//! Plays the instruments of a SoundFont.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use pastiche_engine::assets::Media;
use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, Smoothed};
use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::node::BuildError;
use pastiche_engine::port::{Audio, Control, Note, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, File, In, NodeSpec, Opt, Out, Unit, range};
use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};

use crate::sound::audio_effect::Sounding;

use file::Font;

mod file;
mod samples;

const NOTES: In<Notes> = In::required("notes", "Notes to play.");
const LEVEL: In<Control> =
    In::control("level", 0.7, Unit::Ratio, range(0.0, 1.0), range(-16.0, 16.0), "Loudness.");
const SOUND: Out<Audio> = Out::new("sound", "What is played.");

/// Samples for which the synthesizer runs at a time: events are taken between them.
const STEP: usize = 8;

const FILE: Opt<File> = Opt::file("file", Media::SoundFont, "Name of the file.");
const PRESET: Opt<usize> = Opt::whole(
    "preset",
    0,
    range(0.0, 127.0),
    "Number of the preset, from 0 as in the file: 0 is a piano, 19 an organ, 52 a choir.",
);
const BANK: Opt<usize> = Opt::whole("bank", 0, range(0.0, 127.0), "Bank of the preset.");
const ROOM: Opt<bool> = Opt::flag("room", false, "Whether the SoundFont's own reverb and chorus are heard.");
const VOICES: Opt<usize> =
    Opt::whole("voices", 64, range(8.0, 256.0), "Most sounds at once; a note may need several.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "soundfont",
        category: Category::Sound,
        summary: "Plays the instruments of a SoundFont.",
        doc: "Plays an .sf2 file: one of its presets, by General MIDI's number, on all channels but 10, which \
              plays the drums if there are any. Notes start on every eighth sample, a sixth of a millisecond. \
              Of more notes than `voices` the softest makes room. A sample that lies outside the file's data is \
              left out, with a warning. A changed file is read again.",
        example: "speakers(soundfont(melody([60, 64, 67], 0.5), \"sounds.sf2\", #{ room: true }));\n",
        inputs: &[&NOTES.0, &LEVEL.0],
        options: &[FILE.0, PRESET.0, BANK.0, ROOM.0, VOICES.0],
        outputs: &[SOUND.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let asset = options.get(&FILE)?;
        let unreadable = |why: &dyn Display, help: &str| {
            BuildError::new(format!("`{}` cannot be played: {why}", asset.name), help).option(FILE.0.name)
        };
        let Font { font, left_out } =
            file::read(&asset.bytes).map_err(|error| unreadable(&error, error.help()))?;
        if !left_out.is_empty() {
            let names: Vec<String> = left_out.iter().map(|name| format!("`{name}`")).collect();
            let (names, name) = (names.join(", "), &asset.name);
            let message = format!("in `{name}`, samples lie outside the data and are left out: {names}");
            ctx.warn(BuildError::new(message, "save or copy it again").option(FILE.0.name));
        }
        let preset = [&BANK, &PRESET].map(|key| options.get(key) as i32);
        has_preset(&font, preset).map_err(|(message, option)| {
            BuildError::new(format!("`{}` {message}", asset.name), "give one of these").option(option)
        })?;
        let player = Player::new(&font, preset, options.get(&ROOM), options.get(&VOICES));
        Ok(Sounding::boxed(player.map_err(|why| unreadable(&why, "save or copy it again as SoundFont 2"))?))
    },
}];

/// Presets that an error lists.
const LISTED: usize = 16;

/// Whether a font has a preset. `Err` says what it has instead, and which option is at fault.
fn has_preset(font: &SoundFont, [bank, preset]: [i32; 2]) -> Result<(), (String, &'static str)> {
    let presets = font.get_presets();
    let mut of_bank: Vec<_> = presets.iter().filter(|one| one.get_bank_number() == bank).collect();
    if of_bank.iter().any(|one| one.get_patch_number() == preset) {
        return Ok(());
    }
    if of_bank.is_empty() {
        let banks: BTreeSet<i32> = presets.iter().map(|one| one.get_bank_number()).collect();
        let banks = banks.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
        return Err((format!("has no bank {bank}; it has: {banks}"), BANK.0.name));
    }
    of_bank.sort_by_key(|one| one.get_patch_number());
    let listed = of_bank.iter().take(LISTED);
    let listed = listed.map(|one| format!("{} ({})", one.get_patch_number(), one.get_name().trim()));
    let more = match of_bank.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let listed = listed.collect::<Vec<_>>().join(", ");
    Err((format!("has no preset {preset} in bank {bank}; it has: {listed}{more}"), PRESET.0.name))
}

struct Player {
    synthesizer: Synthesizer,
    /// What has been made ahead, and how much of it has been heard.
    ahead: [[f32; STEP]; 2],
    heard: usize,
    level: Smoothed,
}

impl Player {
    fn new(
        font: &Arc<SoundFont>,
        [bank, preset]: [i32; 2],
        room: bool,
        voices: usize,
    ) -> Result<Player, String> {
        let mut settings = SynthesizerSettings::new(SAMPLE_RATE as i32);
        settings.block_size = STEP;
        settings.maximum_polyphony = voices;
        settings.enable_reverb_and_chorus = room;
        let mut synthesizer = Synthesizer::new(font, &settings).map_err(|error| error.to_string())?;
        // The usual 0.5 leaves it under the other instruments.
        synthesizer.set_master_volume(1.0);
        for channel in 0..16 {
            synthesizer.process_midi_message(channel, 0xB0, 0x00, bank);
            synthesizer.process_midi_message(channel, 0xC0, preset, 0);
        }
        Ok(Player { synthesizer, ahead: [[0.0; STEP]; 2], heard: STEP, level: Smoothed::default() })
    }

    /// A file may hold loops that no synthesizer can play: their notes end.
    fn make_ahead(&mut self) {
        let Player { synthesizer, ahead: [left, right], heard, .. } = self;
        *heard = 0;
        if catch_unwind(AssertUnwindSafe(|| synthesizer.render(left, right))).is_err() {
            synthesizer.note_off_all(true);
            self.ahead = [[0.0; STEP]; 2];
        }
    }

    fn event(&mut self, note: &Note) {
        let (channel, pitch) = (i32::from(note.channel), i32::from(note.pitch));
        if note.on {
            self.synthesizer.note_on(channel, pitch, i32::from(note.velocity));
        } else {
            self.synthesizer.note_off(channel, pitch);
        }
    }
}

impl AudioNode for Player {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.level.toward(io.control(&LEVEL));
        let mut notes = io.notes(&NOTES).iter().peekable();
        for at in 0..ctx.samples {
            while let Some(note) = notes.next_if(|note| note.sample <= ctx.start_sample + at as u64) {
                self.event(note);
            }
            if self.heard >= STEP {
                self.make_ahead();
            }
            let level = self.level.advance() as f32;
            let [left, right] = io.out(&SOUND);
            left[at] = self.ahead[0][self.heard] * level;
            right[at] = self.ahead[1][self.heard] * level;
            self.heard += 1;
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.level, &mut old.level);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_that_is_missing_is_told_with_those_that_are_there() {
        let font = file::read(&crate::sounds::font()).ok().unwrap().font;
        assert_eq!(has_preset(&font, [0, 0]), Ok(()));
        let preset = "has no preset 52 in bank 0; it has: 0 (sine)";
        assert_eq!(has_preset(&font, [0, 52]), Err((preset.into(), "preset")));
        assert_eq!(has_preset(&font, [1, 0]), Err(("has no bank 1; it has: 0".into(), "bank")));
    }
}
