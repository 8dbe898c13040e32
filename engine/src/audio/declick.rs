//! Keeps a change of the graph from clicking.

/// Samples in which a jump is taken back, 21 ms. Slow, so that what is heard of it lies below 50 Hz.
const FADE: u16 = 1024;

/// When the graph changes, the sound may jump from one sample to the next. This adds the jump to
/// what follows, so that there is none, and fades it out. What plays on through the change is
/// never interrupted.
#[derive(Debug, Default)]
pub(crate) struct Declick {
    armed: bool,
    last: [f32; 2],
    jump: [f32; 2],
    left: u16,
}

impl Declick {
    /// The next sample may jump.
    pub(crate) fn arm(&mut self) {
        self.armed = true;
    }

    /// Passes a block of the mix.
    pub(crate) fn pass(&mut self, mix: &mut [[f32; 2]]) {
        let (Some(first), Some(end)) = (mix.first().copied(), mix.len().checked_sub(1)) else { return };
        if std::mem::take(&mut self.armed) {
            self.jump = [self.last[0] - first[0], self.last[1] - first[1]];
            self.left = FADE;
        }
        for [left, right] in mix.iter_mut().take(usize::from(self.left)) {
            let progress = f32::from(self.left) / f32::from(FADE);
            let share = progress * progress * (3.0 - 2.0 * progress);
            *left += self.jump[0] * share;
            *right += self.jump[1] * share;
            self.left -= 1;
        }
        self.last = mix[end];
    }
}
