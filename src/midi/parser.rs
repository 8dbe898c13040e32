//! From the bytes of a port to whole messages, on the thread on which they come.

use midly::live::{LiveEvent, SystemCommon, SystemRealtime};
use midly::stream::MidiStream;

/// Cuts bytes into messages: several in one packet, running status, clocks in the middle of others.
#[derive(Default)]
pub(super) struct Parser(MidiStream);

impl Parser {
    /// Calls `each` with every whole message that belongs into the log. What is broken is left out, and
    /// what says nothing to a patch: that a cable is alive, the secrets of a maker, time codes.
    pub(super) fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(Vec<u8>)) {
        self.0.feed(bytes, |event| {
            if is_wanted(&event) {
                let mut message = Vec::with_capacity(3);
                // Writing into a vector cannot fail.
                if event.write(&mut message).is_ok() {
                    each(message);
                }
            }
        });
    }
}

fn is_wanted(event: &LiveEvent<'_>) -> bool {
    match event {
        LiveEvent::Midi { .. } | LiveEvent::Common(SystemCommon::SongPosition(_)) => true,
        LiveEvent::Common(_) => false,
        LiveEvent::Realtime(realtime) => matches!(
            realtime,
            SystemRealtime::TimingClock
                | SystemRealtime::Start
                | SystemRealtime::Continue
                | SystemRealtime::Stop
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(packets: &[&[u8]]) -> Vec<Vec<u8>> {
        let (mut parser, mut messages) = (Parser::default(), Vec::new());
        packets.iter().for_each(|packet| parser.feed(packet, |message| messages.push(message)));
        messages
    }

    #[test]
    fn packets_are_cut_into_messages() {
        let all = parsed(&[&[0x90, 60, 100, 0xb0, 7, 1], &[7, 2], &[0xe0, 0xf8, 0, 64]]);
        assert_eq!(
            all,
            [vec![0x90, 60, 100], vec![0xb0, 7, 1], vec![0xb0, 7, 2], vec![0xf8], vec![0xe0, 0, 64]]
        );
    }

    #[test]
    fn what_says_nothing_to_a_patch_is_left_out() {
        let secrets: Vec<u8> = [0xf0].into_iter().chain((0..20_000).map(|byte| byte as u8 & 127)).collect();
        let all = parsed(&[&[0xfe], &[0xff], &secrets, &[0xf7], &[0xf1, 3], &[1, 2, 3], &[0xfa]]);
        assert_eq!(all, [[0xfa]]);
    }

    #[test]
    fn garbage_never_panics_and_gives_whole_messages_only() {
        let mut state = 1_u32;
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .take(100_000)
        .collect();
        for packet in bytes.chunks(7) {
            for message in parsed(&[packet]) {
                assert!(message[0] >= 0x80 && message[1..].iter().all(|byte| *byte < 0x80), "{message:x?}");
            }
        }
    }
}
