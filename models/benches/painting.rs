//! How long a painting takes: `cargo bench -p pastiche-models -- [WIDTH HEIGHT THREADS RUNS]`
//! prints the load time, then one line for each run, in milliseconds.

use std::time::Instant;

use pastiche_models::Threads;
use pastiche_models::painting::Painting;

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let [width, height, threads, runs] = match numbers[..] {
        [width, height, threads, runs] => [width, height, threads, runs],
        _ => [640, 360, 2, 11],
    };
    let started = Instant::now();
    let painting = Painting::embedded(&Threads::new(threads)).expect("the embedded network loads");
    println!("load {:.2}", started.elapsed().as_secs_f64() * 1e3);
    let pixels: Vec<u8> = (0..width * height * 4).map(|i| (i * 7919 % 251) as u8).collect();
    let style = painting.single_style(19);
    for _ in 0..runs {
        let started = Instant::now();
        let size = [width as u32, height as u32];
        painting.paint_srgb8(&pixels, size, &style).expect("the picture is painted");
        println!("paint {:.2}", started.elapsed().as_secs_f64() * 1e3);
    }
}
