//! One class out of logits.

use super::super::canvas::CLASSES;
use crate::Random;

/// Draws a class. `added` goes on top of the logits after the temperature has divided them; at temperature 0
/// the likeliest class is taken. Of the classes, the likeliest first, only as many are drawn from as make up
/// the share `top_p`.
pub fn draw(
    logits: &[f32; CLASSES],
    added: &[f32; CLASSES],
    temperature: f32,
    top_p: f32,
    random: &mut Random,
) -> u8 {
    let mut scores: [f32; CLASSES] = std::array::from_fn(|class| {
        let logit = if temperature > 0.0 { logits[class] / temperature } else { logits[class] };
        logit + added[class]
    });
    let likeliest =
        (1..CLASSES).fold(0, |best, class| if scores[class] > scores[best] { class } else { best });
    if temperature <= 0.0 {
        return likeliest as u8;
    }
    let most = scores[likeliest];
    scores.iter_mut().for_each(|score| *score = (*score - most).exp());
    let total: f32 = scores.iter().sum();
    if top_p < 1.0 {
        let mut order: [usize; CLASSES] = std::array::from_fn(|class| class);
        order.sort_by(|one, other| scores[*other].total_cmp(&scores[*one]));
        let mut before = 0.0;
        for class in order {
            let score = scores[class];
            if before > top_p * total {
                scores[class] = 0.0;
            }
            before += score;
        }
    }
    random.weighted(&scores) as u8
}
