//! Sends notes to a MIDI port while they play.

use pastiche_engine::io::Io;
use pastiche_engine::midi::Message;
use pastiche_engine::midi_out::WhichPort;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Note;

use super::{NOTES, ON, WRITTEN};

pub(super) struct PortOut {
    port: WhichPort,
    sounding: Vec<Note>,
}

impl PortOut {
    pub(super) fn new(port: WhichPort) -> PortOut {
        PortOut { port, sounding: Vec::new() }
    }

    fn send(&self, ctx: &mut FrameCtx<'_>, note: &Note) {
        let (channel, pitch) = (note.channel.min(15), note.pitch.min(127));
        let message = if note.on {
            Message::NoteOn { channel, pitch, velocity: note.velocity.clamp(1, 127) }
        } else {
            Message::NoteOff { channel, pitch, velocity: 0 }
        };
        ctx.send_midi(&self.port, note.sample, message);
    }
}

impl Node for PortOut {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        if io.control(&ON) > 0.5 {
            for note in io.notes(&NOTES) {
                let was_sounding = self.sounding.len();
                self.sounding.retain(|other| !other.is_same(note));
                // One that began while no one listened does not end.
                if note.on || self.sounding.len() < was_sounding {
                    self.send(ctx, note);
                }
                if note.on {
                    self.sounding.push(*note);
                }
            }
        } else {
            for note in std::mem::take(&mut self.sounding) {
                self.send(ctx, &note.end_at(ctx.tick.start_sample));
            }
        }
        io.set_control(&WRITTEN, 0.0);
        Ok(())
    }
}
