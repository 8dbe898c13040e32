//! Which monitor the picture goes to.

use std::str::FromStr;

use bevy::prelude::Entity;
use bevy::window::Monitor;

/// A monitor as a person names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MonitorChoice {
    /// Counted from 0, as the system lists them.
    Number(usize),
    /// By a part of its name, in either case.
    Name(String),
}

impl FromStr for MonitorChoice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<MonitorChoice, &'static str> {
        match text.trim() {
            "" => Err("give a number from 0 or a part of a monitor's name"),
            text => Ok(text.parse().map_or_else(|_| MonitorChoice::Name(text.into()), MonitorChoice::Number)),
        }
    }
}

impl MonitorChoice {
    /// The monitor, or a sentence that lists those there are.
    pub(crate) fn find<'a>(
        &self,
        monitors: impl Iterator<Item = (Entity, &'a Monitor)> + Clone,
    ) -> Result<Entity, String> {
        let name = |monitor: &Monitor| monitor.name.clone().unwrap_or_else(|| "without a name".into());
        let found = match self {
            MonitorChoice::Number(number) => monitors.clone().nth(*number),
            MonitorChoice::Name(part) => {
                let part = part.to_lowercase();
                monitors.clone().find(|(_, monitor)| name(monitor).to_lowercase().contains(&part))
            }
        };
        found.map(|(entity, _)| entity).ok_or_else(|| {
            let list = monitors.enumerate().map(|(number, (_, monitor))| {
                let (width, height) = (monitor.physical_width, monitor.physical_height);
                format!("{number}: {} {width}x{height}", name(monitor))
            });
            let wanted = match self {
                MonitorChoice::Number(number) => number.to_string(),
                MonitorChoice::Name(name) => format!("\"{name}\""),
            };
            format!("there is no monitor {wanted}; there are {}", list.collect::<Vec<_>>().join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::math::IVec2;

    fn monitor(name: &str) -> Monitor {
        Monitor {
            name: Some(name.into()),
            physical_height: 1080,
            physical_width: 1920,
            physical_position: IVec2::ZERO,
            refresh_rate_millihertz: None,
            scale_factor: 1.0,
            video_modes: Vec::new(),
        }
    }

    #[test]
    fn monitors_are_found_by_number_and_by_a_part_of_the_name() {
        let monitors = [monitor("eDP-1"), monitor("HDMI-2")];
        let entities = [Entity::from_bits(1), Entity::from_bits(2)];
        let all = || entities.iter().copied().zip(&monitors);
        let find = |text: &str| text.parse::<MonitorChoice>().unwrap().find(all());
        assert_eq!(find("1"), Ok(entities[1]));
        assert_eq!(find("hdmi"), Ok(entities[1]));
        let error = find("5").unwrap_err();
        assert_eq!(error, "there is no monitor 5; there are 0: eDP-1 1920x1080, 1: HDMI-2 1920x1080");
        assert!("".parse::<MonitorChoice>().is_err());
    }
}
