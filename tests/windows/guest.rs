//! The child: it plays `a.rhai` in windows. Its controller sends what its standard input says as
//! numbers, `light 0.5` moves the knob of that name by hand, and `lose` takes its graphics adapter away.

use std::io::{BufRead, stdin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

use pastiche::engine::address::ControlAddress;
use pastiche::engine::gpu::Gpu;
use pastiche::engine::take::Input;
use pastiche::host::Host;
use pastiche::inbox::{Event, InboxSender};
use pastiche::loader::PatchSource;
use pastiche::midi::{Hear, MidiEdge, MidiOutput, OpenInput};
use pastiche::on_stage::play_on_stage;
use pastiche::play::{PlayJob, Told};
use pastiche::stage::StageConfig;
use pastiche::{Pace, Player, PlayerConfig, registry};

/// A controller without lamps.
struct Controller(Sender<Hear>);

impl MidiEdge for Controller {
    fn inputs(&mut self) -> Result<Vec<String>, String> {
        Ok(vec!["nanoKONTROL2 24:0".into()])
    }

    fn outputs(&mut self) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }

    fn open_input(&mut self, _place: usize, hear: Hear) -> Result<OpenInput, String> {
        self.0.send(hear).map_err(|error| error.to_string())?;
        Ok(Box::new(()))
    }

    fn open_output(&mut self, _place: usize) -> Result<Box<dyn MidiOutput>, String> {
        Err("it has no lamps".into())
    }

    fn open_virtual(&mut self, _name: &str, _hear: Hear) -> Result<Option<OpenInput>, String> {
        Ok(None)
    }
}

/// Plays until standard input ends.
pub fn play() {
    let gpu = Gpu::new().unwrap();
    let newest = Arc::new(Mutex::new(gpu.clone()));
    let mut config = PlayerConfig::new(registry().unwrap(), Pace::Live);
    config.gpu = Some(gpu.clone());
    config.size_px = Some([320, 180]);
    let opened = newest.clone();
    config.reopen_gpu = Some(Arc::new(move || {
        let gpu = Gpu::new()?;
        *opened.lock().unwrap() = gpu.clone();
        eprintln!("another adapter is opened");
        Ok(gpu)
    }));
    let source = PatchSource::File("a.rhai".into());
    let (open, opened) = channel();
    let host = Host::new(&source).with_midi_of(Controller(open)).unwrap();
    let sender = host.sender();
    let stop = Arc::new(AtomicBool::new(false));
    let over = stop.clone();
    std::thread::spawn(move || {
        let mut hear = opened.recv().unwrap();
        for line in stdin().lock().lines() {
            obey(&line.unwrap(), &mut hear, &sender, &newest);
        }
        over.store(true, Ordering::Relaxed);
    });
    let mut stage = StageConfig::new(gpu);
    stage.title = "Pastiche: a.rhai".into();
    stage.size_px = [320, 180];
    let job = PlayJob { host, stats: Some("stats.jsonl".into()), ..PlayJob::new(source) };
    play_on_stage(Player::new(config).unwrap(), job, stage, stop, told).unwrap();
}

fn obey(line: &str, hear: &mut Hear, inbox: &InboxSender, newest: &Mutex<Gpu>) {
    match line.split_once(' ') {
        None => {
            // At whatever moment of a picture it falls.
            let gpu = newest.lock().unwrap().clone();
            gpu.device().destroy();
            // A driver that is gone is noticed by what is asked of it.
            drop(gpu.wait());
        }
        Some(("light", value)) => {
            let input = Input::Move { control: ControlAddress::knob("light"), value: value.parse().unwrap() };
            inbox.send(Event::Input(input));
        }
        Some(_) => hear(&line.split(' ').map(|byte| byte.parse().unwrap()).collect::<Vec<u8>>()),
    }
}

fn told(told: Told<'_>) {
    match told {
        Told::News(line) => eprintln!("{line}"),
        Told::Fault(fault) => eprintln!("{fault}"),
        _ => {}
    }
}
