//! Where pictures and sound leave.

mod claim;

kinds! {
    midi_out, screen, speakers, record,
}
