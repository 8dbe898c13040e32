//! A training that is stopped and resumed is the training that never stopped.

use pastiche_models::chorale::Corpus;
use pastiche_train::chorale::{TrainError, Trainer};

/// A corpus of short pieces that move in steps.
fn corpus() -> Corpus {
    let piece = |shift: u8| {
        (0..24_u8).map(|step| [34, 27, 22, 15].map(|cell: u8| cell + (step / 4 + shift) % 5)).collect()
    };
    let pieces: Vec<_> = (0..3).map(piece).collect();
    Corpus { train: pieces.clone(), valid: pieces.clone(), test: pieces }
}

#[test]
fn a_resumed_training_ends_with_the_same_weights_on_any_number_of_threads() {
    let corpus = corpus();
    let mut whole = Trainer::new(5);
    for _ in 0..4 {
        whole.advance(&corpus, 4, 1);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chorale.checkpoint");
    let mut stopped = Trainer::new(5);
    stopped.advance(&corpus, 4, 2);
    stopped.advance(&corpus, 4, 3);
    stopped.save(&path).unwrap();
    let mut resumed = Trainer::load(&path).unwrap();
    assert_eq!(resumed, stopped);
    resumed.advance(&corpus, 4, 2);
    resumed.advance(&corpus, 4, 8);
    assert_eq!(resumed, whole);
    assert_ne!(whole.weights, Trainer::new(5).weights, "nothing was trained");
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chorale.checkpoint");
    Trainer::new(1).save(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    for length in [0, 7, 1000, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..length]).unwrap();
        assert!(matches!(Trainer::load(&path), Err(TrainError::CheckpointUnfit { .. })), "{length} bytes");
    }
}

#[test]
fn a_bad_corpus_is_refused_with_its_place() {
    let good = r#"[[[60, 57, 53, 48], [60, -1, 53, 48]]]"#;
    let text = |valid: &str| format!(r#"{{"train": {good}, "valid": {valid}, "test": {good}}}"#);
    let read = |text: &str| Corpus::from_json(text.as_bytes());
    assert_eq!(read(&text(good)).unwrap().valid, [[[24, 21, 17, 12], [24, 46, 17, 12]]]);
    for (valid, place) in [
        ("[]", "part `valid`"),
        ("[[]]", "piece 0"),
        ("[[[60, 60, 60, 35]]]", "piece 0, step 0"),
        ("[[[60, 60, 60, 60], [60, 60, 60]]]", "piece 0, step 1"),
    ] {
        let error = read(&text(valid)).unwrap_err().to_string();
        assert!(error.contains("valid") && error.contains(place), "{error}");
    }
    assert!(read("{").is_err());
}
