//! The names of the published styles, given by their looks.

/// What people call one of the published styles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StyleInfo {
    /// Its number in the published order, from 0, which is its place in a style vector.
    pub number: usize,
    /// Its name: a few lower-case words joined by underscores, which describe the look.
    pub name: &'static str,
    /// The look in one line.
    pub look: &'static str,
}

/// The 26 published styles in their order. The published file names none of them; these names
/// describe what the network does to photographs, not the paintings that it was trained on.
pub const STYLES: [StyleInfo; 26] = [
    style(0, "amber_pastel", "Soft chalk in amber and pale blue on canvas, shapes kept"),
    style(1, "yellow_lead", "Thick black contours over flat yellow and off-white, like leaded glass"),
    style(2, "ink_and_peach", "Black ink and charcoal with washes of peach on pale blue paper"),
    style(3, "primary_dashes", "Short fat dashes of blue, red and orange on black, details dissolve"),
    style(4, "crimson_woodcut", "Crimson shadows, cream and sky-blue lights, hatched like a print"),
    style(5, "orange_cubes", "Angular strokes of rust, orange and slate blue"),
    style(6, "violet_cells", "Dusky violet webbing with dark cells and amber spots"),
    style(7, "bold_primaries", "Glowing yellow, royal blue and brick red in broad dark shapes"),
    style(8, "magenta_pencil", "Coloured pencil in magenta, teal and yellow on white paper"),
    style(9, "red_teal_mosaic", "White flecks through crimson and dark teal, like torn paper"),
    style(10, "copper_dusk", "Burnt copper lights and deep purple shadows, rough and dim"),
    style(11, "golden_engraving", "Brown engraved lines over golden ochre and pale grey"),
    style(12, "lilac_haze", "Blurred lilac and golden yellow light, soft edges"),
    style(13, "lime_crayon", "Grainy lime, teal and brick red with light and dark outlines"),
    style(14, "frost_relief", "Pale icy blue and blush pink, embossed like paper relief"),
    style(15, "pebble_glass", "White and pastel facets between thin dark joints"),
    style(16, "blue_chalk", "Slanted chalk hatching in blue, rust and olive, low contrast"),
    style(17, "woven_bars", "Woven orange, red and blue bars with bright blocks, subject hardly seen"),
    style(18, "sand_carving", "Olive and sand relief with flowing carved lines"),
    style(19, "blue_swirls", "Fine swirling strokes of blue, with yellow in the lights"),
    style(20, "red_embers", "Saturated dark red with navy shadows and small lights"),
    style(21, "coral_cutouts", "Heavy black brush lines with coral, sky blue and sand patches"),
    style(22, "red_flag_ink", "Inked grey-white forms on periwinkle blue with sudden red patches"),
    style(23, "misty_portrait", "Dark muted green-black, soft cream and sky light, closest to the photo"),
    style(24, "teal_wave_print", "Navy and teal line work on cream paper, like an old wave print"),
    style(25, "rippled_bronze", "Curly white-edged ripples of bronze, black and steel blue"),
];

const fn style(number: usize, name: &'static str, look: &'static str) -> StyleInfo {
    StyleInfo { number, name, look }
}

#[cfg(test)]
mod tests {
    use super::STYLES;

    #[test]
    fn names_are_unique_numbered_and_can_be_written_in_a_patch() {
        for (place, style) in STYLES.iter().enumerate() {
            assert_eq!(style.number, place);
            assert!(style.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", style.name);
            assert!(!style.look.is_empty() && !style.look.ends_with('.'));
            assert_eq!(STYLES.iter().filter(|other| other.name == style.name).count(), 1);
        }
    }
}
