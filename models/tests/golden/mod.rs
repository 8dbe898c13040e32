//! Pictures and network outputs to compare with, as `scripts/make_goldens.py` writes them.

use std::io::Read;
use std::path::PathBuf;

use half::f16;
use pastiche_models::painting::Planes;

/// Bounds of the difference to onnxruntime, on values from 0 to 1.
pub const MOST_ON_AVERAGE: f64 = 0.002;
pub const MOST_ANYWHERE: f32 = 0.02;

pub fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

pub fn photo(name: &str) -> Planes {
    let photo = image::open(data(name)).unwrap().to_rgb8();
    let (width, height) = photo.dimensions();
    let channel = |c: usize| photo.pixels().map(move |pixel| f32::from(pixel.0[c]) / 255.0);
    Planes::new(width as usize, height as usize, (0..3).flat_map(channel).collect()).unwrap()
}

/// The differences of a packed file, one after the other.
pub fn packed(name: &str) -> Vec<u16> {
    let mut bytes = Vec::new();
    let packed = std::fs::read(data(name)).unwrap();
    assert!(packed.len() < 2_000_000);
    flate2::read::ZlibDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
    let (high, low) = bytes.split_at(bytes.len() / 2);
    high.iter().zip(low).map(|(&high, &low)| u16::from_be_bytes([high, low])).collect()
}

/// Undoes the packing of one picture: differences to the left, or to above in the first column.
pub fn unpack(differences: &[u16], width: usize, height: usize) -> Vec<f32> {
    let mut values = Vec::with_capacity(differences.len());
    for plane in differences.chunks_exact(width * height) {
        let mut first = 0u16;
        for row in plane.chunks_exact(width) {
            first = first.wrapping_add(row[0]);
            let mut bits = first;
            values.push(f16::from_bits(bits).to_f32());
            for &difference in &row[1..] {
                bits = bits.wrapping_add(difference);
                values.push(f16::from_bits(bits).to_f32());
            }
        }
    }
    values
}

/// The mean and the greatest absolute difference.
pub fn difference(a: &[f32], b: &[f32]) -> (f64, f32) {
    assert_eq!(a.len(), b.len());
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    // NaN must not hide in a maximum.
    let larger = |most: f32, d: f32| if most.is_nan() || d <= most { most } else { d };
    let most = differences.clone().fold(0.0, larger);
    (differences.map(f64::from).sum::<f64>() / a.len() as f64, most)
}
