//! A person's own dashboards and prices as files, and pictures as exports.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{slot, told};
use crate::app::dashboard::{DashboardEvent, Picture};
use crate::base::files;
use crate::base::problem::Problem;
use crate::metrics::dashboard::Dashboard;
use crate::models::{self, OwnPrices, Price};
use crate::runtime::Jobs;

/// Longest dashboard file that is read, bytes.
const LONGEST: u64 = 1 << 20;

fn folder(home: &Path) -> PathBuf {
    home.join("dashboards")
}

fn file(home: &Path, id: &str) -> PathBuf {
    folder(home).join(format!("{id}.toml"))
}

/// Reads every file of the folder of dashboards, in the order of their names.
pub fn load_boards(jobs: &Jobs) {
    let (jobs, home) = (jobs.clone(), jobs.home().to_owned());
    jobs.clone().start(slot("boards"), async move {
        if let Ok((boards, problems)) = tokio::task::spawn_blocking(move || read_all(&folder(&home))).await {
            jobs.emit(told(DashboardEvent::Boards(boards, problems))).await;
        }
    });
}

fn read_all(folder: &Path) -> (Vec<(String, Arc<Dashboard>)>, Vec<Problem>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort();
    let (mut boards, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        match read(&path) {
            Ok(board) => boards.push((id, Arc::new(board))),
            Err(why) => problems.push(unreadable(&path, why)),
        }
    }
    (boards, problems)
}

fn read(path: &Path) -> Result<Dashboard, String> {
    if std::fs::metadata(path).map_err(|error| error.to_string())?.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    Dashboard::parse(&text).map_err(|error| error.to_string())
}

fn unreadable(path: &Path, why: String) -> Problem {
    Problem::new("A dashboard of your own cannot be shown", why, format!("Correct or remove {}", path.display()))
}

/// The newest change of each file that was carried out, by the number under which it was asked for.
static CHANGED: Mutex<BTreeMap<PathBuf, u64>> = Mutex::new(BTreeMap::new());
static ASKED: AtomicU64 = AtomicU64::new(1);

/// Changes a file in the order in which changes were asked for: one that comes too late is left out. Returns what does it.
fn in_turn(path: PathBuf, change: impl FnOnce(&Path) -> io::Result<()> + Send) -> impl FnOnce() -> io::Result<()> + Send {
    let number = ASKED.fetch_add(1, Ordering::Relaxed);
    move || {
        let mut changed = CHANGED.lock().unwrap_or_else(PoisonError::into_inner);
        if changed.get(&path).is_some_and(|newest| *newest > number) {
            return Ok(());
        }
        change(&path)?;
        changed.insert(path, number);
        Ok(())
    }
}

/// Writes a dashboard over its file.
pub fn save_board(jobs: &Jobs, id: &str, board: Arc<Dashboard>) {
    let write = move |path: &Path| {
        let text = board.to_toml().map_err(io::Error::other)?;
        files::write_atomically(path, text.as_bytes())
    };
    work(jobs, "save-board", "The dashboard could not be kept", in_turn(file(jobs.home(), id), write));
}

/// Deletes a dashboard's file.
pub fn delete_board(jobs: &Jobs, id: &str) {
    let delete = in_turn(file(jobs.home(), id), |path: &Path| std::fs::remove_file(path));
    work(jobs, "delete-board", "The dashboard's file could not be deleted", delete);
}

/// Does something with a file away from the jobs' threads; a failure is a notice.
fn work(jobs: &Jobs, name: &'static str, failure: &'static str, work: impl FnOnce() -> io::Result<()> + Send + 'static) {
    jobs.start(slot(name), async move {
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(details = %error, "{failure}"),
            Err(error) => tracing::error!(details = %error, "{failure}"),
        }
    });
}

fn prices_file(home: &Path) -> PathBuf {
    home.join("prices.toml")
}

/// Reads one's own prices, at the start of the program; the problem says what is wrong with their file.
pub fn load_prices(home: &Path) -> Option<Problem> {
    let path = prices_file(home);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => return Some(unusable_prices(&path, error.to_string())),
    };
    match OwnPrices::parse(&text) {
        Ok(prices) => models::set_own_prices(prices),
        Err(why) => return Some(unusable_prices(&path, why)),
    }
    None
}

fn unusable_prices(path: &Path, why: String) -> Problem {
    Problem::new("Your own prices are not used", why, format!("Correct or remove {}; until then list prices count", path.display()))
}

/// Another price of one's own, from now on and in the file.
pub fn set_price(jobs: &Jobs, model: &str, price: Option<Price>) {
    let prices = models::own_prices().with(model, price, jobs.wall().now());
    models::set_own_prices(prices.clone());
    let write = move |path: &Path| {
        let text = prices.to_toml().map_err(io::Error::other)?;
        files::write_atomically(path, text.as_bytes())
    };
    work(jobs, "prices", "Your prices could not be kept", in_turn(prices_file(jobs.home()), write));
    jobs.try_emit(told(DashboardEvent::PricesChanged));
}

/// Writes a picture into the folder of exports and tells where it is.
pub fn export_png(jobs: &Jobs, name: String, picture: Picture) {
    let path = jobs.home().join("exports").join(name);
    work(jobs, "picture", "The picture could not be written", move || {
        files::write_atomically(&path, &encoded(&picture)?)?;
        tracing::info!(details = %path.display(), "Written to {}", path.display());
        Ok(())
    });
}

fn encoded(picture: &Picture) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(io::Error::other)?;
    writer.write_image_data(&picture.rgba).map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_cannot_be_read_are_told_and_the_others_shown() {
        let dir = tempfile::tempdir().unwrap();
        let good = Dashboard::bedrock();
        std::fs::write(dir.path().join("good.toml"), good.to_toml().unwrap()).unwrap();
        std::fs::write(dir.path().join("bad.toml"), "title = ").unwrap();
        std::fs::write(dir.path().join("notes.txt"), "nothing").unwrap();
        let (boards, problems) = read_all(dir.path());
        assert_eq!(boards, [("good".to_owned(), good)]);
        assert!(problems.len() == 1 && problems[0].remedy.contains("bad.toml"), "{problems:?}");
        assert_eq!(read_all(&dir.path().join("missing")).0.len(), 0);
    }

    #[test]
    fn a_change_that_comes_too_late_is_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("board.toml");
        let write = |text: &'static str| in_turn(path.clone(), move |path: &Path| std::fs::write(path, text));
        let (first, second) = (write("first"), write("second"));
        second().unwrap();
        first().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "second");
    }

    #[test]
    fn a_picture_is_written_as_it_is() {
        let picture = Picture { width: 2, height: 1, rgba: [255, 0, 0, 255, 0, 255, 0, 128].into() };
        let bytes = encoded(&picture).unwrap();
        let mut reader = png::Decoder::new(io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height, pixels.as_slice()), (2, 1, &*picture.rgba));
    }
}
