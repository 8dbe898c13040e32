//! The program `pastiche`.

mod cli;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Instant;

/// A fault of the program itself.
const BROKEN: u8 = 101;

fn main() -> ExitCode {
    let launched = Instant::now();
    quiet_the_graphics_loader();
    // A node's panic is caught and reported as the node's fault, and not a second time here.
    std::panic::set_hook(Box::new(|panic| tracing::debug!("{panic}")));
    match catch_unwind(AssertUnwindSafe(|| cli::run(launched))) {
        Ok(code) => code,
        Err(panic) => {
            let message = message(panic.as_ref());
            cli::tell(format_args!("error: pastiche itself is at fault: {message}"));
            cli::tell("  = please report this, with what you did before");
            ExitCode::from(BROKEN)
        }
    }
}

/// Without a desktop session, Mesa's device selection complains about the missing session on standard
/// error whenever a device is opened. There is nothing to select then.
fn quiet_the_graphics_loader() {
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() && std::env::var_os("NODEVICE_SELECT").is_none() {
        // SAFETY: this is the first thing that the program does; there is no other thread yet that
        // could read the environment.
        unsafe { std::env::set_var("NODEVICE_SELECT", "1") };
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
