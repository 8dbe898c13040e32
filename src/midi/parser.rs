//! From the bytes of a port to whole messages, on the thread on which they come.

use engine::midi::Message;
use midly::stream::MidiStream;
use pastiche_engine as engine;

/// Cuts bytes into messages: several in one packet, running status, clocks in the middle of others.
#[derive(Default)]
pub(super) struct Parser(MidiStream);

impl Parser {
    /// Calls `each` with every whole message that belongs into the log. What is broken is left out, and
    /// what says nothing to a patch: that a cable is alive, the messages of a maker, time codes.
    pub(super) fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(Message)) {
        self.0.feed(bytes, |event| {
            if let Some(message) = Message::of_event(&event) {
                each(message);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(packets: &[&[u8]]) -> Vec<Vec<u8>> {
        let (mut parser, mut messages) = (Parser::default(), Vec::new());
        let mut each = |message: Message| {
            let (bytes, length) = message.bytes();
            messages.push(bytes[..length].to_vec());
        };
        packets.iter().for_each(|packet| parser.feed(packet, &mut each));
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
        let mut heard = 0;
        for packet in bytes.chunks(7) {
            for message in parsed(&[packet]) {
                heard += 1;
                assert!(message[0] >= 0x80 && message[1..].iter().all(|byte| *byte < 0x80), "{message:x?}");
            }
        }
        assert!(heard > 2000, "only {heard} messages are in it");
    }
}
