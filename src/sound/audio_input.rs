//! Lines in, through cpal.

use std::sync::mpsc::{Receiver, Sender, channel};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{Device, FromSample, Sample, SizedSample, StreamConfig};
use engine::audio_inputs::{AudioInputError, AudioInputs, Hear, OpenAudioInput, WhichAudioInput};
use pastiche_engine as engine;

use super::card::{goes_on, hush, name_of, names, start_in};

/// Samples that are handed on at once.
const CHUNK: usize = 64;

/// The microphones and lines in of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemAudioInputs;

/// Names of the devices that sound comes in by, in the order of their numbers, the system's own choice
/// first.
///
/// # Errors
/// When the system does not tell.
pub fn audio_inputs() -> Result<Vec<String>, String> {
    Ok(devices()?.iter().map(name_of).collect())
}

/// Each once, by its name.
fn devices() -> Result<Vec<Device>, String> {
    hush();
    let host = cpal::default_host();
    let first = host.default_input_device();
    let others = host.input_devices().map_err(|error| format!("the lines in cannot be listed: {error}"))?;
    Ok(names(first.into_iter().chain(others)))
}

fn find(which: &WhichAudioInput) -> Result<Device, AudioInputError> {
    let devices = devices().map_err(AudioInputError::new)?;
    let called: Vec<String> = devices.iter().map(name_of).collect();
    let found = match which {
        WhichAudioInput::Usual => devices.into_iter().next(),
        WhichAudioInput::Number(number) => devices.into_iter().nth(*number as usize),
        WhichAudioInput::Name(part) => {
            let part = part.to_lowercase();
            let place = called.iter().position(|name| name.to_lowercase().contains(&part));
            place.and_then(|place| devices.into_iter().nth(place))
        }
    };
    found.ok_or_else(|| match &called[..] {
        [] => AudioInputError::new("there is no microphone and no line in"),
        called => AudioInputError::new(format!("there is only {}", called.join(", "))),
    })
}

impl AudioInputs for SystemAudioInputs {
    fn open(
        &self,
        which: &WhichAudioInput,
        hear: &mut dyn FnMut(u32) -> Result<Hear, AudioInputError>,
    ) -> Result<Box<dyn OpenAudioInput>, AudioInputError> {
        let device = find(which)?;
        let name = name_of(&device);
        let told = |error: cpal::Error| AudioInputError::new(format!("{name} cannot be opened: {error}"));
        // Read again each time: another program may have changed them.
        let supported = device.default_input_config().map_err(told)?;
        let (config, format) = (supported.config(), supported.sample_format());
        let hear = hear(config.sample_rate)?;
        let (lost, losses) = channel();
        let task = Task { device: &device, config, hear, lost };
        let stream = start_in!(format, task).ok_or_else(|| {
            AudioInputError::new(format!("{name} gives samples as {format}, which nothing here reads"))
        })?;
        let stream = stream.map_err(told)?;
        Ok(Box::new(SystemLine { name, losses, _stream: stream }))
    }
}

struct SystemLine {
    name: String,
    losses: Receiver<String>,
    /// Held, because dropping it stops it.
    _stream: cpal::Stream,
}

impl OpenAudioInput for SystemLine {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn loss(&mut self) -> Option<String> {
        self.losses.try_recv().ok()
    }
}

struct Task<'a> {
    device: &'a Device,
    config: StreamConfig,
    hear: Hear,
    lost: Sender<String>,
}

impl Task<'_> {
    fn start<T: SizedSample>(self) -> Result<cpal::Stream, cpal::Error>
    where
        f32: FromSample<T>,
    {
        let Task { device, config, mut hear, lost } = self;
        let channels = usize::from(config.channels.max(1));
        let listen = move |data: &[T], _: &cpal::InputCallbackInfo| gather(data, channels, &mut hear);
        let fail = move |error: cpal::Error| {
            if goes_on(&error) {
                tracing::debug!("line in: {error}");
            } else {
                // No one listens any more when the line is being closed.
                let _ = lost.send(error.to_string());
            }
        };
        let stream = device.build_input_stream(config, listen, fail, None)?;
        stream.play()?;
        Ok(stream)
    }
}

/// Hands on samples of this many channels: one is heard on both sides, of more the first two.
fn gather<T: Copy>(data: &[T], channels: usize, hear: &mut Hear)
where
    f32: FromSample<T>,
{
    let mut chunk = [[0.0_f32; 2]; CHUNK];
    for samples in data.chunks(CHUNK * channels) {
        let frames = samples.chunks_exact(channels);
        let length = frames.len();
        for (heard, frame) in chunk.iter_mut().zip(frames) {
            *heard = match frame {
                [only] => [f32::from_sample(*only); 2],
                [left, right, ..] => [f32::from_sample(*left), f32::from_sample(*right)],
                [] => [0.0; 2],
            };
        }
        hear(&chunk[..length]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    fn gathered<T: Copy>(data: &[T], channels: usize) -> Vec<[f32; 2]>
    where
        f32: FromSample<T>,
    {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = heard.clone();
        let mut hear: Hear = Box::new(move |samples| hears.lock().unwrap().extend_from_slice(samples));
        gather(data, channels, &mut hear);
        drop(hear);
        Arc::into_inner(heard).unwrap().into_inner().unwrap()
    }

    #[test]
    fn samples_of_any_format_and_number_of_channels_are_heard() {
        assert_eq!(gathered(&[0.5_f32, -0.25], 1), [[0.5; 2], [-0.25; 2]]);
        assert_eq!(gathered(&[i16::MIN, 0, 16_384, 0], 2), [[-1.0, 0.0], [0.5, 0.0]]);
        let eight: Vec<u8> = [255, 0].into_iter().chain([128; 6]).collect();
        let [left, right] = gathered(&eight, 8)[0];
        assert!(left > 0.99 && right == -1.0);
        let long = vec![0.125_f32; 1001 * 3];
        assert_eq!(gathered(&long, 3), vec![[0.125; 2]; 1001]);
        // A frame that is cut off is left out.
        assert_eq!(gathered(&[0.5_f32, 0.5, 0.25], 2), [[0.5; 2]]);
        assert!(gathered::<f32>(&[], 2).is_empty());
    }
}
