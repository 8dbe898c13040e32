//! "Did you mean …?"

use strsim::osa_distance;

/// The candidate nearest to `wrong`, if one is near enough to be a likely slip of the fingers.
///
/// Distance: optimal string alignment (insertions, deletions, substitutions and swaps of neighbours),
/// capitals ignored; at most a third of the word's length, at least 1.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (wrong.chars().count() / 3).max(1);
    let wrong_word = wrong.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (osa_distance(&wrong_word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *candidate != wrong)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_slips_and_ignores_strangers() {
        let words = ["amount", "radius", "image"];
        assert_eq!(nearest("amout", words), Some("amount"));
        assert_eq!(nearest("raduis", words), Some("radius"));
        assert_eq!(nearest("Image", words), Some("image"));
        assert_eq!(nearest("saturation", words), None);
        assert_eq!(nearest("", words), None);
    }
}
