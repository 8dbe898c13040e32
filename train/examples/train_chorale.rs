//! Trains the chorale network: `train_chorale CORPUS OUT STEPS [THREADS]`. It goes on from
//! `OUT.checkpoint` where there is one, and keeps the weights that are best by validation in OUT.

use std::path::PathBuf;
use std::time::Instant;

use pastiche_models::chorale::Corpus;
use pastiche_train::chorale::{Trainer, replace};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [corpus, out, steps, threads @ ..] = &arguments[..] else {
        return Err("usage: train_chorale CORPUS OUT STEPS [THREADS]".into());
    };
    let corpus = Corpus::from_json(&std::fs::read(corpus)?)?;
    let steps: u64 = steps.parse()?;
    let threads = threads.first().map_or(Ok(2), |threads| threads.parse())?;
    let out = PathBuf::from(out);
    let checkpoint = out.with_extension("checkpoint");
    let mut trainer = if checkpoint.exists() { Trainer::load(&checkpoint)? } else { Trainer::new(1) };
    let started = Instant::now();
    let first = trainer.step;
    let mut sum = 0.0;
    while trainer.step < steps {
        let report = trainer.advance(&corpus, steps, threads);
        sum += report.loss;
        if trainer.step % 100 == 0 || trainer.step == steps {
            let validation = trainer.validate(&corpus, threads);
            let seconds = started.elapsed().as_secs_f64();
            println!(
                "step {} loss {:.4} gradient {:.3} rate {:.5} valid cells {:.4} frames {:.4} sampler {:.4} {:.2} steps/s",
                trainer.step,
                sum / 100.0,
                report.gradient,
                report.rate,
                validation.cells,
                validation.frames,
                validation.sampler,
                (trainer.step - first) as f64 / seconds
            );
            sum = 0.0;
            if validation.score() < trainer.best {
                trainer.best = validation.score();
                replace(&out, &trainer.average.to_safetensors()?)?;
            }
            trainer.save(&checkpoint)?;
        }
    }
    Ok(())
}
