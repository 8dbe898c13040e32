//! The painting network against onnxruntime, value by value; `scripts/make_goldens.py` says how
//! the outputs to compare with were made.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod golden;

use golden::{MOST_ANYWHERE, MOST_ON_AVERAGE, data, difference, packed, photo, unpack};
use pastiche_kernels::Level;
use pastiche_models::Threads;
use pastiche_models::painting::{CpuPainting, Painting, PaintingNetwork, Planes, RtenPainting};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

#[derive(serde::Deserialize)]
struct About {
    sizes: Vec<[usize; 2]>,
    photos: Vec<String>,
    mixes: Vec<Vec<f32>>,
}

struct Case {
    name: String,
    picture: Planes,
    style: Vec<f32>,
    expected: Vec<f32>,
}

fn cases() -> Vec<Case> {
    let about: About = serde_json::from_str(&std::fs::read_to_string(data("mixes.json")).unwrap()).unwrap();
    let differences = packed("paintings.bin.z");
    let mut rest = &differences[..];

    let singles = (0..26).map(|style| (0..26).map(|s| f32::from(s == style)).collect());
    let styles: Vec<Vec<f32>> = singles.chain(about.mixes).collect();
    let mut cases = Vec::new();
    for [width, height] in about.sizes {
        for photo_name in &about.photos {
            let name = format!("{photo_name}_{width}x{height}.png");
            let picture = photo(&name);
            for (number, style) in styles.iter().enumerate() {
                let (mine, others) = rest.split_at(3 * width * height);
                rest = others;
                cases.push(Case {
                    name: format!("{name}, style vector {number}"),
                    picture: picture.clone(),
                    style: style.clone(),
                    expected: unpack(mine, width, height),
                });
            }
        }
    }
    assert!(rest.is_empty());
    assert_eq!(cases.len(), 2 * 2 * 36);
    cases
}

#[test]
fn all_styles_and_mixes_agree_with_onnxruntime() {
    let painting = Painting::embedded(&Threads::new(2)).unwrap();
    let (mut worst_average, mut worst) = (0.0, 0.0);
    for case in cases() {
        let painted = painting.paint_planes(&case.picture, &case.style).unwrap();
        let (average, most) = difference(painted.values(), &case.expected);
        assert!(
            average < MOST_ON_AVERAGE && most < MOST_ANYWHERE,
            "{}: {average} on average, {most} at most",
            case.name
        );
        worst_average = f64::max(worst_average, average);
        worst = f32::max(worst, most);
    }
    println!("worst average {worst_average:.7}, worst value {worst:.7}");
}

#[test]
fn every_executor_agrees_with_the_published_file_run_unchanged() {
    let file = pastiche_models::painting::EMBEDDED_WEIGHTS;
    let published = rten::ModelOptions::with_all_ops().load(file.to_vec()).unwrap();
    let threads = &Threads::new(2);
    let levels = Level::available().into_iter();
    let kernels =
        levels.map(|level| Box::new(CpuPainting::at_level(file, threads, level).unwrap()) as Box<_>);
    let rten: Box<dyn PaintingNetwork> = Box::new(RtenPainting::from_onnx(file, threads).unwrap());
    let paintings: Vec<Painting> = kernels.chain([rten]).map(Painting::with_network).collect();
    let picture = photo("coffee_64x64.png");
    for style in [paintings[0].single_style(3), paintings[0].single_style(17), vec![0.125; 26]] {
        let image = NdTensorView::try_from_data([1, 3, 64, 64], picture.values()).unwrap();
        let weights = NdTensorView::try_from_data([26], &style[..]).unwrap();
        let inputs = published.input_ids();
        let inputs = vec![(inputs[0], image.into()), (inputs[1], weights.into())];
        let outputs = published.run(inputs, published.output_ids(), None).unwrap();
        let output: NdTensor<f32, 4> = outputs.into_iter().next().unwrap().try_into().unwrap();
        for painting in &paintings {
            let painted = painting.paint_planes(&picture, &style).unwrap();
            let (_, most) = difference(painted.values(), &output.to_vec());
            assert!(most < 1e-4, "{most}");
        }
    }
}
