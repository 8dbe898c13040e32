//! How long arbitrary style transfer takes: `cargo bench -p pastiche-models --bench arbitrary_style --
//! [WIDTH HEIGHT THREADS RUNS]` prints the load time, then two lines for each run, in milliseconds: the
//! prediction of a style from a picture of this size, and a painting of this size.

use std::time::Instant;

use pastiche_models::Threads;
use pastiche_models::arbitrary_style::ArbitraryStyle;

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let [width, height, threads, runs] = match numbers[..] {
        [width, height, threads, runs] => [width, height, threads, runs],
        _ => [640, 360, 2, 11],
    };
    let started = Instant::now();
    let networks = ArbitraryStyle::embedded(&Threads::new(threads)).expect("the embedded networks load");
    println!("load {:.2}", started.elapsed().as_secs_f64() * 1e3);
    let pixels: Vec<u8> = (0..width * height * 4).map(|i| (i * 7919 % 251) as u8).collect();
    let size = [width as u32, height as u32];
    for _ in 0..runs {
        let started = Instant::now();
        let style = networks.predict_srgb8(&pixels, size).expect("the style is predicted");
        println!("predict {:.2}", started.elapsed().as_secs_f64() * 1e3);
        let started = Instant::now();
        networks.paint_srgb8(&pixels, size, &style).expect("the picture is painted");
        println!("paint {:.2}", started.elapsed().as_secs_f64() * 1e3);
    }
}
