//! A hash that stays the same: for stamps, and for the seeds of what is random in a patch.

use std::hash::Hasher;

use twox_hash::XxHash64;

/// Sums up data in 64 bits by XXH64 with seed 0 (Yann Collet, "xxHash fast digest algorithm",
/// version 0.1.1). Its bytes are fixed here, so that the sum is the same on every machine and with
/// every version of the standard library: the seeds of a patch, and so what it paints and plays, come
/// from it. Not a defence against anybody who looks for two inputs with one sum.
#[derive(Clone)]
pub struct Stamp(XxHash64);

impl Stamp {
    /// Of nothing yet.
    #[expect(clippy::new_without_default, reason = "an empty sum is no value that anybody means")]
    pub fn new() -> Stamp {
        Stamp(XxHash64::with_seed(0))
    }

    /// Adds bytes, with their number in front, so that two lists are never taken for another two.
    pub fn bytes(mut self, bytes: &[u8]) -> Stamp {
        self = self.number(bytes.len() as u64);
        self.0.write(bytes);
        self
    }

    /// Adds a text.
    pub fn text(self, text: &str) -> Stamp {
        self.bytes(text.as_bytes())
    }

    /// Adds a number.
    pub fn number(mut self, number: u64) -> Stamp {
        self.0.write(&number.to_le_bytes());
        self
    }

    /// The sum.
    pub fn finish(&self) -> u64 {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_published_one() {
        // XXH64 of no bytes with seed 0, from the specification.
        assert_eq!(Stamp::new().finish(), 0xef46_db37_51d8_e999);
    }

    #[test]
    fn sums_are_fixed_for_all_time() {
        let stamp = Stamp::new().number(7).text("paint").bytes(&[1, 2, 3]);
        assert_eq!(stamp.finish(), 6_284_345_262_728_906_573);
    }

    #[test]
    fn what_stands_where_counts() {
        let sum = |texts: &[&str]| texts.iter().fold(Stamp::new(), |stamp, text| stamp.text(text)).finish();
        assert_ne!(sum(&["ab", "c"]), sum(&["a", "bc"]));
        assert_ne!(sum(&["a", ""]), sum(&["", "a"]));
        assert_ne!(sum(&["a"]), sum(&["a", ""]));
    }
}
