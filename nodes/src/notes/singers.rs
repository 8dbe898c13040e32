//! The network behind the choir, and how it is asked.

use std::sync::Arc;

use pastiche_engine::assets::Media;
use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildError, FrameCtx};
use pastiche_engine::options::Options;
use pastiche_engine::port::{Control, Note};
use pastiche_engine::spec::{File, In, Opt, Unit, range};
use pastiche_engine::workers::{Background, Priority};
use pastiche_models::Embedded;
use pastiche_models::chorale::{Canvas, Network, Roll, Settings, VOICES, Weights, sample};

pub(super) const TEMPERATURE: In<Control> = In::control(
    "temperature",
    1.0,
    Unit::Ratio,
    range(0.0, 2.0),
    range(0.0, 100.0),
    "How far the choir strays from what is likeliest: 0 is the likeliest alone, far above 1 anything.",
);
pub(super) const WILDNESS: In<Control> = In::control(
    "wildness",
    0.0,
    Unit::Ratio,
    range(0.0, 2.0),
    range(-4.0, 16.0),
    "How little it keeps to the rules of part-writing: 1 not at all, 2 seeks what they forbid; below 0 it is strict.",
);
pub(super) const KEY: In<Control> = In::control(
    "key",
    -1.0,
    Unit::Semitones,
    range(-1.0, 11.0),
    range(-1.0, 11.0),
    "The major scale that it leans towards, rounded: 0 is C, 11 is B, -1 the one that it hears.",
);
pub(super) const LEAN: In<Control> = In::control(
    "lean",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-16.0, 16.0),
    "How strongly it leans towards that scale; below 0 it avoids it.",
);
pub(super) const LOUDNESS: In<Control> = In::control(
    "loudness",
    0.75,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "How loud it sings at most: the velocity, from 0 to 1.",
);

pub(super) const WEIGHTS: Opt<Option<File>> = Opt::optional_file(
    "weights",
    Media::Model,
    "A safetensors file that `pastiche train chorale` wrote, instead of the weights that come with the program. When it is written again, the choir sings on, with the new weights.",
);

static EMBEDDED: Embedded<Network> = Embedded::new();

/// The network of an option, or the one that comes with the program: loaded once for all nodes that name it.
pub(super) fn load(options: &Options) -> Result<Arc<Network>, BuildError> {
    let network = match options.get(&WEIGHTS) {
        None => EMBEDDED.get(Network::embedded),
        Some(asset) => asset.loaded(|bytes| Weights::from_safetensors(bytes).map(Network::new)),
    };
    network.map_err(|error| {
        BuildError::new(
            error.to_string(),
            "name a file that `pastiche train chorale` wrote, or leave `weights` out",
        )
        .option(WEIGHTS.0.name)
    })
}

/// How it is to be sung: the controls that are given to the sampler.
pub(super) fn settings(io: &Io<'_>, seed: u64) -> Settings {
    let wildness = io.control(&WILDNESS);
    let key = io.control(&KEY).round();
    Settings {
        temperature: [(io.control(&TEMPERATURE) * (1.0 + 0.5 * wildness.max(0.0))) as f32; VOICES],
        rules: (1.0 - wildness) as f32,
        key: (key >= 0.0).then_some(key as i8),
        lean: io.control(&LEAN) as f32,
        seed,
        ..Settings::default()
    }
}

/// The one question that is asked at a time, beside the show.
#[derive(Default)]
pub(super) struct Asking {
    work: Background<Result<Roll, String>>,
    /// Why the last question has no answer.
    pub(super) trouble: Option<String>,
}

impl Asking {
    /// Has the unknown cells of a score sung. A question before it that has no answer yet is given up.
    pub(super) fn ask(
        &mut self,
        ctx: &FrameCtx<'_>,
        network: &Arc<Network>,
        canvas: Canvas,
        settings: Settings,
    ) {
        let network = network.clone();
        self.work.submit(ctx.workers, Priority::Model, move |wanted| {
            let sung = sample(&network, canvas, &settings, &|| wanted.is_wanted());
            sung.map(|sung| sung.to_roll()).map_err(|error| error.to_string())
        });
    }

    /// Whether no question is open.
    pub(super) fn is_idle(&self) -> bool {
        self.work.is_idle()
    }

    /// The answer, once. Without one, after a failure, what was sung before stays.
    pub(super) fn answer(&mut self) -> Option<Roll> {
        match self.work.poll() {
            Ok(None) => None,
            Ok(Some(Ok(roll))) => {
                self.trouble = None;
                Some(roll)
            }
            Ok(Some(Err(trouble))) => {
                self.trouble = Some(trouble);
                None
            }
            Err(fault) => {
                (self.trouble, self.work) = (Some(fault.message), Background::default());
                None
            }
        }
    }
}

/// The beat at which an event of this frame is heard.
pub(super) fn beat_of(ctx: &FrameCtx<'_>, event: &Note) -> f64 {
    let samples = event.sample as f64 - ctx.tick.start_sample as f64;
    ctx.beats.now + samples * ctx.beats.bpm / (60.0 * SAMPLE_RATE as f64)
}
