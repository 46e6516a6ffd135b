//! Without a sub-command, or with a link: the window.

use std::process::ExitCode;

use super::args::{Args, Command};
use super::output::Output;
use crate::app::window::{App, Opening};
use crate::logs::permalink::Permalink;
use crate::runtime::Options;

/// Smallest and first size of the window, in points.
const MIN_SIZE: [f32; 2] = [960.0, 600.0];
const FIRST_SIZE: [f32; 2] = [1440.0, 900.0];

/// The window's icon, 256 x 256.
const ICON: &[u8] = include_bytes!("../../assets/app/icon.png");

/// Opens the window and returns when it is closed.
pub fn run(args: &Args) -> ExitCode {
    crate::base::memory::keep_for_next_frame();
    let options = Options { labs: args.labs.clone(), ..Options::standard() };
    let opening = opening(args);
    let viewport = egui::ViewportBuilder::default()
        .with_title("Outcrop")
        .with_app_id("outcrop")
        .with_inner_size(FIRST_SIZE)
        .with_min_inner_size(MIN_SIZE);
    let viewport = match eframe::icon_data::from_png_bytes(ICON) {
        Ok(icon) => viewport.with_icon(icon),
        Err(error) => {
            tracing::debug!(%error, "the window goes without its icon");
            viewport
        }
    };
    let link = link(args);
    let native = eframe::NativeOptions { viewport, ..Default::default() };
    let outcome = eframe::run_native(
        "outcrop",
        native,
        Box::new(move |creation| {
            let mut app = App::new(&creation.egui_ctx, options, opening)?;
            if let Some(link) = link {
                app.take(crate::app::Command::Logs(crate::app::logs::LogsCommand::OpenLink(link)));
            }
            Ok(Box::new(app))
        }),
    );
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => no_window(&error),
    }
}

fn opening(args: &Args) -> Opening {
    if !args.place.is_given() {
        return Opening::Remembered;
    }
    Opening::At(super::place::environment(&args.place))
}

fn link(args: &Args) -> Option<Permalink> {
    match &args.command {
        Some(Command::Open(options)) => Some(options.link.clone()),
        _ => None,
    }
}

/// No display, no driver: say so and name what works without a window.
fn no_window(error: &eframe::Error) -> ExitCode {
    let mut out = Output::standard();
    out.error(&format!("the window cannot be opened: {error}"));
    out.progress(NO_WINDOW_HELP);
    ExitCode::FAILURE
}

/// What to do without a usable display or graphics driver.
const NO_WINDOW_HELP: &str = "\
What helps:
  no display (ssh, container)   open a desktop session, use `ssh -X`, or start a virtual one: xvfb-run outcrop
  no OpenGL 2 driver            Debian and Ubuntu: sudo apt-get install libgl1-mesa-dri; force software drawing: LIBGL_ALWAYS_SOFTWARE=1 outcrop
  remote desktop, Windows       build with the other renderer: cargo run --release --features wgpu
Everything but the window works without graphics: outcrop lab run bedrock-monitoring --sandbox --yes";
