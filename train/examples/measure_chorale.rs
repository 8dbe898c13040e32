//! Measures a chorale network on the test part: `measure_chorale CORPUS WEIGHTS [FRAMES [ORDERINGS]]`.
//! FRAMES random frames a piece (0: all) under ORDERINGS orders (5).

use pastiche_models::chorale::measure::frame_likelihood;
use pastiche_models::chorale::{Corpus, Network, Weights};
use pastiche_train::Random;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [corpus, weights, rest @ ..] = &arguments[..] else {
        return Err("usage: measure_chorale CORPUS WEIGHTS [FRAMES [ORDERINGS]]".into());
    };
    let corpus = Corpus::from_json(&std::fs::read(corpus)?)?;
    let network = Network::new(Weights::from_safetensors(&std::fs::read(weights)?)?);
    let number = |index: usize, standard| rest.get(index).map_or(Ok(standard), |text| text.parse());
    let (per_piece, orderings) = (number(0, 0_usize)?, number(1, 5_usize)?);
    let run = |first: usize| {
        let measure = |index: usize| {
            let piece = &corpus.test[index];
            let mut random = Random::at(11, [index as u64, 0]);
            let draw = |_| random.between(0, piece.len() - 1);
            let frames: Vec<usize> =
                if per_piece == 0 { (0..piece.len()).collect() } else { (0..per_piece).map(draw).collect() };
            (index, frame_likelihood(&network, piece, &frames, orderings, [1, index as u64]))
        };
        (first..corpus.test.len()).step_by(2).map(measure).collect::<Vec<_>>()
    };
    let run = &run;
    let pieces = std::thread::scope(|scope| {
        let handles = [0, 1].map(|first| scope.spawn(move || run(first)));
        handles.into_iter().flat_map(|handle| handle.join().unwrap_or_default()).collect::<Vec<_>>()
    });
    let row = |name: &str, pick: &dyn Fn(usize) -> (f64, usize)| {
        let parts: Vec<(f64, usize)> = (0..pieces.len()).map(pick).collect();
        let mean = |parts: &[(f64, usize)]| {
            let (sum, count) =
                parts.iter().fold((0.0, 0), |(sum, count), part| (sum + part.0, count + part.1));
            sum / count as f64
        };
        let mut random = Random::at(13, [0, 0]);
        let means: Vec<f64> = (0..1000)
            .map(|_| {
                mean(&(0..parts.len()).map(|_| parts[random.between(0, parts.len() - 1)]).collect::<Vec<_>>())
            })
            .collect();
        let middle = means.iter().sum::<f64>() / 1000.0;
        let error = (means.iter().map(|value| (value - middle).powi(2)).sum::<f64>() / 1000.0).sqrt();
        let frames: usize = parts.iter().map(|part| part.1).sum();
        println!(
            "{name}: {:.4} +- {error:.4} nats a frame over {frames} frames of {} pieces",
            mean(&parts),
            parts.len()
        );
    };
    let total = |values: &[f64]| (values.iter().sum::<f64>(), values.len());
    row(&format!("{orderings} orderings"), &|index| total(&pieces[index].1.combined));
    row("one ordering", &|index| total(&pieces[index].1.single));
    Ok(())
}
