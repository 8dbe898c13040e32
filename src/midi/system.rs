//! The MIDI of this machine: the only file that knows midir.

use midir::{Ignore, MidiInput, MidiInputPort, MidiOutput as Output, MidiOutputConnection, MidiOutputPort};

#[cfg(target_os = "linux")]
use crate::error::Reason;

use super::edge::{Hear, MidiEdge, MidiOutput, OpenInput};

/// What other programs call us.
const CLIENT: &str = super::names::OWN;

/// The MIDI of this machine.
pub fn system_midi() -> impl MidiEdge {
    System::default()
}

#[derive(Default)]
struct System {
    /// The clients that lists are asked of; `None` until there is MIDI.
    input: Option<MidiInput>,
    output: Option<Output>,
    inputs: Vec<MidiInputPort>,
    outputs: Vec<MidiOutputPort>,
}

impl MidiEdge for System {
    fn inputs(&mut self) -> Result<Vec<String>, String> {
        let input = match self.input.take() {
            Some(input) => input,
            None => new_input()?,
        };
        // A port may go between two questions; its place stays, without a name.
        self.inputs = input.ports();
        let names = self.inputs.iter().map(|port| input.port_name(port).unwrap_or_default()).collect();
        self.input = Some(input);
        Ok(names)
    }

    fn outputs(&mut self) -> Result<Vec<String>, String> {
        let output = match self.output.take() {
            Some(output) => output,
            None => new_output()?,
        };
        self.outputs = output.ports();
        let names = self.outputs.iter().map(|port| output.port_name(port).unwrap_or_default()).collect();
        self.output = Some(output);
        Ok(names)
    }

    fn open_input(&mut self, place: usize, mut hear: Hear) -> Result<OpenInput, String> {
        let port = self.inputs.get(place).ok_or("it is gone")?;
        let connection = new_input()?.connect(port, "in", move |_, bytes, ()| hear(bytes), ());
        connection.map(|connection| Box::new(connection) as OpenInput).map_err(|error| error.to_string())
    }

    fn open_output(&mut self, place: usize) -> Result<Box<dyn MidiOutput>, String> {
        let port = self.outputs.get(place).ok_or("it is gone")?;
        let connection = new_output()?.connect(port, "out").map_err(|error| error.to_string())?;
        Ok(Box::new(Open(connection)))
    }

    #[cfg(unix)]
    fn open_virtual(&mut self, name: &str, mut hear: Hear) -> Result<Option<OpenInput>, String> {
        use midir::os::unix::VirtualInput;
        let connection = new_input()?.create_virtual(name, move |_, bytes, ()| hear(bytes), ());
        connection
            .map(|connection| Some(Box::new(connection) as OpenInput))
            .map_err(|error| error.to_string())
    }

    #[cfg(not(unix))]
    fn open_virtual(&mut self, _name: &str, _hear: Hear) -> Result<Option<OpenInput>, String> {
        Ok(None)
    }
}

/// Asked before ALSA is, which complains on standard error when it finds nothing.
#[cfg(target_os = "linux")]
fn is_there() -> Result<(), String> {
    let opened = std::fs::File::options().read(true).write(true).open("/dev/snd/seq");
    opened.map(drop).map_err(|error| format!("the sequencer /dev/snd/seq: {}", Reason(&error)))
}

#[cfg(not(target_os = "linux"))]
fn is_there() -> Result<(), String> {
    Ok(())
}

fn new_output() -> Result<Output, String> {
    is_there()?;
    Output::new(CLIENT).map_err(|error| error.to_string())
}

fn new_input() -> Result<MidiInput, String> {
    is_there()?;
    let mut input = MidiInput::new(CLIENT).map_err(|error| error.to_string())?;
    // Clocks are wanted; the rest is sorted out where it is parsed.
    input.ignore(Ignore::SysexAndActiveSense);
    Ok(input)
}

struct Open(MidiOutputConnection);

impl MidiOutput for Open {
    fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.0.send(bytes).map_err(|error| error.to_string())
    }
}
