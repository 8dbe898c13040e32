//! Where the beat stands.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, NodeSpec, Opt, Out, Unit, range};

use crate::timing::Base;

const BEAT: Out<Control> = Out::share("beat", "The way through the beat, from 0 to 1.");
const BAR: Out<Control> = Out::share("bar", "The way through the bar, from 0 to 1.");
const PHRASE: Out<Control> = Out::share("phrase", "The way through the phrase, from 0 to 1.");
const COUNT: Out<Control> = Out::with_unit("count", Unit::Beats, "Whole beats since the start.");
const TRIGGER: Out<Trigger> = Out::new("trigger", "Each beat.");
const DOWNBEAT: Out<Trigger> = Out::new("downbeat", "The first beat of each bar.");

const BEATS: Opt<usize> = Opt::whole("beats", 4, range(1.0, 1024.0), "Beats in a bar.");
const BARS: Opt<usize> = Opt::whole("bars", 4, range(1.0, 1024.0), "Bars in a phrase.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "beat",
        category: Category::Control,
        summary: "Where the beat stands.",
        doc: "The beat of the patch's tempo, its bars and phrases. Each phase rises from 0 to 1 and falls back: \
              `1 - beat().beat` is a flash on each beat.",
        example: "tempo(110);\nlet flash = 1 - beat().beat;\nscreen(blur(test_card(), flash * flash * 30));\n",
        options: &[BEATS.0, BARS.0],
        outputs: &[BEAT.0, BAR.0, PHRASE.0, COUNT.0, TRIGGER.0, DOWNBEAT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let beats_in_bar = options.get(&BEATS) as f64;
        let beats_in_phrase = beats_in_bar * options.get(&BARS) as f64;
        Ok(Box::new(Beat { beats_in_bar, beats_in_phrase }))
    },
}];

struct Beat {
    beats_in_bar: f64,
    beats_in_phrase: f64,
}

impl Node for Beat {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let span = Base::Beats.span(ctx);
        let cells = |beats| span.cells(beats, 0.0);
        let (Some(beat), Some(bar), Some(phrase)) =
            (cells(1.0), cells(self.beats_in_bar), cells(self.beats_in_phrase))
        else {
            return Ok(());
        };
        io.set_control(&BEAT, beat.along);
        io.set_control(&BAR, bar.along);
        io.set_control(&PHRASE, phrase.along);
        io.set_control(&COUNT, beat.now as f64);
        io.set_trigger(&TRIGGER, beat.begun());
        io.set_trigger(&DOWNBEAT, bar.begun());
        Ok(())
    }
}
