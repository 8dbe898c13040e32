//! `pastiche bench`. Each bench measures and gives plain data, which is printed for people or as JSON.

mod figures;
mod graph;
mod latency;
mod load;
mod midi;
mod nodes;
mod sound;
#[cfg(feature = "stage")]
mod stage;
mod stand_ins;
mod style;

use std::fmt::Display;

use serde::Serialize;

use super::arguments::{BenchArguments, BenchTarget};
use super::end::End;
use super::terminal;

pub fn run(arguments: &BenchArguments) -> anyhow::Result<End> {
    let json = arguments.json;
    match arguments.what {
        BenchTarget::Graph => print(&graph::measure()?, json),
        BenchTarget::Style => print(&style::measure()?, json),
        BenchTarget::Nodes => print(&nodes::measure()?, json),
        BenchTarget::Midi => print(&midi::measure()?, json),
        BenchTarget::Latency => print(&latency::measure()?, json),
        BenchTarget::Load => print(&load::measure()?, json),
        BenchTarget::Sound => print(&sound::measure(arguments.soundfont.as_deref())?, json),
        #[cfg(feature = "stage")]
        BenchTarget::Stage => print(&stage::measure()?, json),
    }?;
    Ok(End::Good)
}

fn print(report: &(impl Serialize + Display), json: bool) -> anyhow::Result<()> {
    if json { terminal::say(serde_json::to_string_pretty(report)?) } else { terminal::say(report) }
}
