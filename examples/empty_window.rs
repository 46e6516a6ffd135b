//! An empty eframe window with the same renderer: what any window costs, to measure the program against.

use std::io::Write as _;

struct Empty;

impl eframe::App for Empty {
    fn ui(&mut self, _ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        // The reader of this line measures; without a reader nobody misses it.
        drop(writeln!(std::io::stdout(), "first frame"));
    }
}

fn main() -> eframe::Result {
    let viewport = egui::ViewportBuilder::default().with_inner_size([1440.0, 900.0]);
    eframe::run_native("empty", eframe::NativeOptions { viewport, ..Default::default() }, Box::new(|_| Ok(Box::new(Empty))))
}
