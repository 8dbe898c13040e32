//! Where pictures come from.

mod drawn_scene;
pub(crate) mod image_file;

kinds! {
    picture, test_card, noise, solid, gradient, shape, rectangle, stripes, checkers, text, particles, scene, movie, slides, camera,
}
