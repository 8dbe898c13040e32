//! Numbers so small that the processor takes a hundred times as long for each: they are nothing.

/// Makes this thread take them for zero. Filters that die away would otherwise cost more than those
/// that sound.
#[cfg(target_arch = "x86_64")]
pub(super) fn flush() {
    /// Flush to zero, and denormals are zero (Intel 64 manual, volume 1, section 10.2.3).
    const FLUSH: u32 = 1 << 15 | 1 << 6;
    let mut control = 0_u32;
    // SAFETY: reads and writes the control word of this thread's floating-point unit; the two bits only
    // change how tiny numbers are rounded.
    unsafe {
        std::arch::asm!("stmxcsr [{0}]", in(reg) &raw mut control, options(nostack));
        control |= FLUSH;
        std::arch::asm!("ldmxcsr [{0}]", in(reg) &raw const control, options(nostack));
    }
}

/// Makes this thread take them for zero.
#[cfg(target_arch = "aarch64")]
pub(super) fn flush() {
    /// Flush to zero (Arm Architecture Reference Manual, FPCR).
    const FLUSH: u64 = 1 << 24;
    let mut control: u64;
    // SAFETY: as on other processors, only the rounding of tiny numbers changes.
    unsafe {
        std::arch::asm!("mrs {0}, fpcr", out(reg) control, options(nostack, nomem));
        control |= FLUSH;
        std::arch::asm!("msr fpcr, {0}", in(reg) control, options(nostack, nomem));
    }
}

/// Nothing is known about other processors.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) fn flush() {}

#[cfg(test)]
mod tests {
    #[test]
    fn tiny_numbers_become_nothing() {
        if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
            std::thread::spawn(|| {
                super::flush();
                let tiny = std::hint::black_box(f32::MIN_POSITIVE);
                assert_eq!(tiny * std::hint::black_box(0.25), 0.0);
            })
            .join()
            .expect("no panic");
        }
    }
}
