//! What the machine must have: system packages, installed through apt on Debian and Ubuntu.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Outcome, execute, say};

/// What the machine is prepared for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Opening the window.
    Run,
    /// Running every check: a virtual display and Python besides.
    Test,
}

/// A thing that must be there: how to see it, and the Debian package that brings it.
struct Need {
    package: &'static str,
    is_there: fn() -> bool,
}

const BUILD: &[Need] =
    &[Need { package: "gcc", is_there: || program("cc") }, Need { package: "libc6-dev", is_there: || file("/usr/include/stdio.h") }];

const WINDOW: &[Need] = &[
    Need { package: "libgl1", is_there: || library("libGL.so.1") },
    Need { package: "libegl1", is_there: || library("libEGL.so.1") },
    Need { package: "libgl1-mesa-dri", is_there: mesa },
    Need { package: "libxkbcommon0", is_there: || library("libxkbcommon.so.0") },
    Need { package: "libxkbcommon-x11-0", is_there: || library("libxkbcommon-x11.so.0") },
    Need { package: "libxcursor1", is_there: || library("libXcursor.so.1") },
    Need { package: "libxi6", is_there: || library("libXi.so.6") },
    Need { package: "libxrandr2", is_there: || library("libXrandr.so.2") },
    Need { package: "libx11-xcb1", is_there: || library("libX11-xcb.so.1") },
    Need { package: "libwayland-client0", is_there: || library("libwayland-client.so.0") },
    Need { package: "libwayland-egl1", is_there: || library("libwayland-egl.so.1") },
];

const CHECKS: &[Need] = &[
    Need { package: "xvfb", is_there: || program("Xvfb") },
    Need { package: "xdotool", is_there: || program("xdotool") },
    Need { package: "ripgrep", is_there: || program("rg") },
    Need { package: "lnav", is_there: || program("lnav") },
    Need { package: "libdeflate-tools", is_there: || program("libdeflate-gunzip") },
    Need { package: "python3", is_there: || program("python3") },
    Need { package: "python3-venv", is_there: venv },
];

/// Installs what is missing for `purpose`, or says in one sentence what to install.
pub fn prepare(purpose: Purpose) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Ok(()); // macOS and Windows bring what the window needs.
    }
    let window_and_checks: &[&[Need]] = if purpose == Purpose::Test { &[WINDOW, CHECKS] } else { &[WINDOW] };
    let needs = BUILD.iter().chain(window_and_checks.iter().flat_map(|list| list.iter()));
    let missing: Vec<&str> = needs.filter(|need| !(need.is_there)()).map(|need| need.package).collect();
    if missing.is_empty() { Ok(()) } else { install(&missing) }
}

fn install(packages: &[&str]) -> Outcome {
    let list = packages.join(" ");
    if !program("apt-get") {
        return Err(format!(
            "this machine lacks what these Debian packages hold, and has no apt: {list}. Install your system's equivalents and run the command again"
        ));
    }
    say(&format!("Installing system packages: {list}"));
    apt(&["update", "-qq"])?;
    let mut args = vec!["install", "-y", "-qq", "--no-install-recommends"];
    args.extend(packages);
    apt(&args).map_err(|error| format!("{error}. Install by hand: sudo apt-get install {list}"))
}

fn apt(args: &[&str]) -> Outcome {
    let mut command = if is_root() { Command::new("apt-get") } else { with_sudo()? };
    execute(command.args(args).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
}

fn with_sudo() -> Outcome<Command> {
    if !program("sudo") {
        return Err("system packages are missing and neither root nor sudo is at hand".to_owned());
    }
    let mut command = Command::new("sudo");
    command.arg("apt-get");
    Ok(command)
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0\n"))
}

fn program(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(name).is_file()))
}

fn file(path: &str) -> bool {
    Path::new(path).exists()
}

/// Whether the dynamic linker knows `name`; where its cache cannot be read, the library is taken to be there.
fn library(name: &str) -> bool {
    let cache = ["/sbin/ldconfig", "ldconfig"].iter().find_map(|ldconfig| Command::new(ldconfig).arg("-p").output().ok());
    cache.is_none_or(|out| String::from_utf8_lossy(&out.stdout).contains(name))
}

/// Whether Mesa's software and hardware drivers are there; other vendors' drivers come with their own `libGL`.
fn mesa() -> bool {
    let dirs = ["/usr/lib/x86_64-linux-gnu/dri", "/usr/lib/aarch64-linux-gnu/dri", "/usr/lib64/dri", "/usr/lib/dri"];
    dirs.iter().any(|dir| file(dir)) || file("/proc/driver/nvidia/version")
}

fn venv() -> bool {
    Command::new("python3").args(["-c", "import venv, ensurepip"]).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
