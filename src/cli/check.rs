//! `pastiche check`.

use pastiche::engine::diagnostic::{Diagnostic, count};
use pastiche::loader::{LoadReport, PatchSource};
use pastiche::{Error, Pace, Player, PlayerConfig, registry};

use super::arguments::CheckArguments;
use super::end::End;
use super::terminal;

pub fn run(arguments: &CheckArguments) -> anyhow::Result<End> {
    let mut config = PlayerConfig::new(registry()?, Pace::Offline);
    config.gpu = terminal::open_gpu();
    config.allow.clone_from(&arguments.allow);
    let mut player = Player::new(config)?;
    let loaded = player.load_source(PatchSource::File(arguments.patch.clone()));
    let (report, diagnostics) = match loaded {
        Ok(report) => (Some(report.clone()), report.diagnostics),
        Err(Error::Faults { faults }) => (None, faults),
        Err(error) => return Err(error.into()),
    };
    let errors = diagnostics.iter().filter(|found| found.is_error()).count();
    if arguments.json {
        let records: Vec<_> = diagnostics.iter().map(Diagnostic::record).collect();
        terminal::say(serde_json::to_string_pretty(&records)?)?;
    } else {
        terminal::show_diagnostics(&diagnostics);
        match report {
            Some(LoadReport { log, .. }) => {
                terminal::show_log(&log);
                let nodes = player.plan().nodes.len();
                let patch = arguments.patch.display();
                terminal::say(format_args!("{patch} is good: {}", count(nodes, "node")))?;
            }
            None => terminal::tell(count(errors, "fault")),
        }
    }
    Ok(if errors == 0 { End::Good } else { End::Faults })
}
