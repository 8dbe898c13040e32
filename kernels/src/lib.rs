//! Convolutions on the processor: the kernels of Pastiche's networks, and nothing else.
//!
//! A [`Map`] is a feature map whose pixels lie in blocks of 16 channels. A [`Convolution`] reads one
//! through a [`Source`], which normalises, clips below zero and adds on the way in, and gathers the
//! mean and the variance of what it writes ([`Moments`]); an [`Affine`] made of these is the next
//! one's normalisation. So a normalisation between two convolutions costs no pass over memory.
//! [`FromPicture`] and [`ToPicture`] are the 9x9 convolutions at the two ends of a network.
//!
//! [`Pointwise`] and [`Depthwise`] are what networks for recognition are made of (A. Howard and others,
//! "MobileNets", 2017, arXiv:1704.04861); they add a bias and clip while they write, and gather nothing.
//!
//! Kernels are written once, over blocks of 16 floats, and compiled for each [`Level`]; which one runs
//! is chosen when weights are laid out. Threads come from the caller ([`Crew`]). Work is cut into jobs
//! by the picture's size alone, and sums are put together in the jobs' order: the number of threads
//! changes no bit of a result. Neither do the levels that have a fused multiply-add; the portable one
//! rounds more often.
//!
//! Memory is kept in a [`Workspace`] and in the maps themselves: from the second run of a size on,
//! nothing is allocated.

#![allow(clippy::needless_range_loop, reason = "vectors must not go through iterators: see `winograd`")]

mod convolution;
mod crew;
mod depthwise;
mod direct;
mod error;
mod from_picture;
mod map;
mod moments;
mod patches;
mod peak;
mod pointwise;
mod simd;
mod source;
mod to_picture;
mod winograd;
mod workspace;

pub use convolution::{Convolution, Scale};
pub use crew::{Alone, Crew};
pub use depthwise::Depthwise;
pub use error::KernelError;
pub use from_picture::FromPicture;
pub use map::Map;
pub use moments::{Affine, Moments};
pub use patches::halving_patches;
pub use peak::matrix_products;
pub use pointwise::{Activation, Pointwise};
pub use simd::Level;
pub use source::Source;
pub use to_picture::ToPicture;
pub use workspace::Workspace;
