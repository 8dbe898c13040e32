//! The numbers behind the routine `BeatsFirst` and the rules of part-writing.

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident = $default:expr;)+) => {
        /// The numbers behind the routine `BeatsFirst` and the rules of part-writing. How the default was chosen is in
        /// the card of the weights. Logits are added to those of the network, after the temperature has divided them.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Tuning { $($(#[$doc])* pub $name: f32),+ }

        impl Default for Tuning {
            fn default() -> Self {
                Self { $($name: $default),+ }
            }
        }

        impl Tuning {
            /// All numbers with their names.
            pub fn named(&self) -> Vec<(&'static str, f32)> {
                vec![$((stringify!($name), self.$name)),+]
            }

            /// A number by its name, to be changed.
            pub fn by_name(&mut self, name: &str) -> Option<&mut f32> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)+
                    _ => None,
                }
            }
        }
    };
}

numbers! {
    /// The temperature on beats.
    beat_temperature = 0.9;
    /// The temperature elsewhere.
    temperature = 1.0;
    /// The share of the probability that is drawn from on beats, the likeliest first.
    beat_top_p = 0.95;
    /// The same elsewhere.
    top_p = 0.97;
    /// The logit of silence: voices rest in the corpus more often than an ear wants.
    silence = -4.0;
    /// The logit of a bass on the tonic, of the major key or of its relative minor, in the last beat of a piece.
    last_bass = 1.2;
    /// The logit of a pitch that would move parallel from or to the step beside: fifths and octaves in one direction.
    parallel_near = -7.0;
    /// The same from 2 to 4 steps away.
    parallel_far = -2.5;
    /// The logit of a pitch that would move to a fifth or octave from one by contrary motion, from or to the step beside.
    parallel_contrary = -0.7;
    /// The logit of the pitch that completes a triad as the fourth voice on a beat.
    triad = 0.2;
    /// The same as the third voice.
    triad_third = 0.12;
    /// The logit of the pitch that makes four voices a triad with its root in the bass on a beat, beside that of the
    /// triad.
    root = 1.1;
    /// The logit of repeating a neighbour up to 4 steps away, on a beat.
    beat_repeated = -0.6;
    /// The same elsewhere.
    repeated = -0.75;
    /// The logit of a leap beyond an octave.
    leap = -2.0;
    /// The logit of the pitch with which four voices make a chord that the corpus lacks, on a beat. That of a rare
    /// chord is a part of it.
    beat_rare = -4.0;
    /// The same elsewhere.
    rare = -6.0;
    /// The share of it that is the energy of a frame with such a chord.
    rare_energy = 0.4;
    /// How often a frame is drawn at most; what is below 1 counts as 1.
    tries = 4.0;
    /// How often what still moves parallel in the end is drawn again at most.
    mends = 4.0;
}
