//! Sound cards, through cpal. No other file but that of the lines in knows it.

use std::collections::HashSet;
use std::sync::mpsc::Sender;
use std::time::Instant;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{Device, ErrorKind, FromSample, Sample, SizedSample, StreamConfig};

use super::cards::{OpenCard, SoundCards};
use super::output::CardOutput;

/// The cards of this machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemSoundCards;

/// ALSA writes what it does not find to the terminal, each time it is asked. On this thread it does not:
/// what matters comes back as an error.
#[cfg(target_os = "linux")]
pub(super) fn hush() {
    if let Err(error) = alsa::Output::local_error_handler() {
        tracing::debug!("ALSA cannot be hushed: {error}");
    }
}

/// Other systems say nothing.
#[cfg(not(target_os = "linux"))]
pub(super) fn hush() {}

/// Names of the sound cards that can play, the system's own choice first.
pub fn sound_cards() -> Result<Vec<String>, String> {
    hush();
    let host = cpal::default_host();
    let first = host.default_output_device();
    let others =
        host.output_devices().map_err(|error| format!("the sound cards cannot be listed: {error}"))?;
    Ok(names(first.into_iter().chain(others)).iter().map(name_of).collect())
}

/// Each device once, by its name.
pub(super) fn names(devices: impl Iterator<Item = Device>) -> Vec<Device> {
    let mut called = HashSet::new();
    devices.filter(|device| called.insert(name_of(device))).collect()
}

pub(super) fn name_of(device: &Device) -> String {
    device.description().map_or_else(|_| device.to_string(), |description| description.name().to_owned())
}

fn find(name: Option<&str>) -> Result<Device, String> {
    hush();
    let host = cpal::default_host();
    let Some(part) = name else {
        return host.default_output_device().ok_or_else(|| "there is no sound card".to_owned());
    };
    let mut devices =
        host.output_devices().map_err(|error| format!("the sound cards cannot be listed: {error}"))?;
    let wanted = part.to_lowercase();
    let is_wanted = |device: &Device| {
        let id = device.id().map(|id| id.to_string()).unwrap_or_default();
        name_of(device).to_lowercase().contains(&wanted) || id.to_lowercase().contains(&wanted)
    };
    devices.find(is_wanted).ok_or_else(|| {
        let names = sound_cards().unwrap_or_default();
        if names.is_empty() {
            "there is no sound card".to_owned()
        } else {
            format!("no sound card has `{part}` in its name: there are {}", names.join(", "))
        }
    })
}

/// Starts a stream of whatever samples a device has; `None` if nothing here knows them.
macro_rules! start_in {
    ($format:expr, $task:expr) => {
        match $format {
            cpal::SampleFormat::I8 => Some($task.start::<i8>()),
            cpal::SampleFormat::I16 => Some($task.start::<i16>()),
            cpal::SampleFormat::I24 => Some($task.start::<cpal::I24>()),
            cpal::SampleFormat::I32 => Some($task.start::<i32>()),
            cpal::SampleFormat::I64 => Some($task.start::<i64>()),
            cpal::SampleFormat::U8 => Some($task.start::<u8>()),
            cpal::SampleFormat::U16 => Some($task.start::<u16>()),
            cpal::SampleFormat::U24 => Some($task.start::<cpal::U24>()),
            cpal::SampleFormat::U32 => Some($task.start::<u32>()),
            cpal::SampleFormat::U64 => Some($task.start::<u64>()),
            cpal::SampleFormat::F32 => Some($task.start::<f32>()),
            cpal::SampleFormat::F64 => Some($task.start::<f64>()),
            _ => None,
        }
    };
}
pub(super) use start_in;

impl SoundCards for SystemSoundCards {
    fn open(
        &self,
        name: Option<&str>,
        output: &mut dyn FnMut(u32) -> CardOutput,
        lost: Sender<String>,
    ) -> Result<(OpenCard, String), String> {
        let device = find(name)?;
        let called = name_of(&device);
        // Read again each time: another program may have changed them.
        let supported =
            device.default_output_config().map_err(|error| format!("{called} cannot be used: {error}"))?;
        let (config, format) = (supported.config(), supported.sample_format());
        let output = output(config.sample_rate);
        let task = Task { device: &device, config, output, lost };
        let stream = start_in!(format, task)
            .ok_or_else(|| format!("{called} wants samples as {format}, which nothing here makes"))?;
        let stream = stream.map_err(|error| format!("{called} cannot be opened: {error}"))?;
        let StreamConfig { sample_rate, channels, .. } = config;
        Ok((Box::new(stream), format!("{called} ({sample_rate} Hz, {channels} channels)")))
    }
}

struct Task<'a> {
    device: &'a Device,
    config: StreamConfig,
    output: CardOutput,
    lost: Sender<String>,
}

impl Task<'_> {
    fn start<T: SizedSample + FromSample<f32>>(self) -> Result<cpal::Stream, cpal::Error> {
        let Task { device, config, mut output, lost } = self;
        let channels = usize::from(config.channels.max(1));
        let fill = move |data: &mut [T], _: &cpal::OutputCallbackInfo| {
            let mut samples = data.chunks_mut(channels);
            output.fill(Instant::now(), samples.len(), |sample| {
                if let Some(channels) = samples.next() {
                    spread(sample, channels);
                }
            });
        };
        let fail = move |error: cpal::Error| {
            if goes_on(&error) {
                tracing::debug!("sound card: {error}");
            } else {
                // No one listens any more when the card is being closed.
                let _ = lost.send(error.to_string());
            }
        };
        let stream = device.build_output_stream(config, fill, fail, None)?;
        stream.play()?;
        Ok(stream)
    }
}

/// Whether a stream goes on by itself behind this error.
pub(super) fn goes_on(error: &cpal::Error) -> bool {
    matches!(error.kind(), ErrorKind::Xrun | ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied)
}

/// One channel hears both sides; of more than two, the first two hear one each.
fn spread<T: Sample + FromSample<f32>>([left, right]: [f32; 2], channels: &mut [T]) {
    match channels {
        [only] => *only = T::from_sample(0.5 * (left + right)),
        [first, second, rest @ ..] => {
            (*first, *second) = (T::from_sample(left), T::from_sample(right));
            rest.fill(T::EQUILIBRIUM);
        }
        [] => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_channels_hears_something() {
        let mut one = [0.0_f32];
        spread([0.5, -0.25], &mut one);
        assert_eq!(one, [0.125]);
        let mut six = [9_i16; 6];
        spread([0.5, -0.5], &mut six);
        assert_eq!(six, [16_384, -16_384, 0, 0, 0, 0]);
        let mut bytes = [0_u8; 3];
        spread([1.0, -1.0], &mut bytes);
        assert_eq!(bytes, [255, 0, 128]);
        spread::<f32>([1.0, 1.0], &mut []);
    }
}
