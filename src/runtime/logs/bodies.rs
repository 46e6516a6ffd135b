//! Bodies that were too large for the log: fetched from S3, unpacked within bounds, and kept in a folder of the person's own until forgotten.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::app::Event;
use crate::app::logs::LogsEvent;
use crate::aws::Session;
use crate::aws::s3::GetObject;
use crate::base::files::write_atomically;
use crate::base::problem::Problem;
use crate::base::text::bytes;
use crate::logs::detail::{Detail, FetchedBody, Side};
use crate::logs::store::Entry;
use crate::runtime::Jobs;

/// Folder of kept bodies below the program's home.
pub const FOLDER: &str = "bodies";

/// Largest body that is shown, unpacked: Bedrock refuses requests above 25 MB.
const MAX_BYTES: u64 = 32 << 20;

/// Fetches `bodies` and opens `entry` with them.
pub async fn run(jobs: Jobs, entry: Arc<Entry>, bodies: Vec<(Side, String)>) {
    let outcome = open(&jobs, entry, bodies).await;
    jobs.emit(Event::Logs(LogsEvent::Bodies(outcome))).await;
}

async fn open(jobs: &Jobs, entry: Arc<Entry>, bodies: Vec<(Side, String)>) -> Result<Arc<Detail>, Problem> {
    let session = jobs.session()?;
    let folder = jobs.home().join(FOLDER).join(session.environment().key());
    let mut fetched = Vec::new();
    for (side, address) in bodies {
        let text = body(&session, &folder, &address).await?;
        let json = serde_json::from_slice(&text).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&text).into_owned()));
        fetched.push(FetchedBody { side, json });
    }
    Ok(Arc::new(Detail::with_bodies(entry, fetched)))
}

/// The unpacked body at `address`, from the folder if it was fetched before.
async fn body(session: &Session, folder: &Path, address: &str) -> Result<Vec<u8>, Problem> {
    let (bucket, key) = parts(address).ok_or_else(|| not_an_address(address))?;
    let kept = kept_file(folder, bucket, key);
    if let Ok(text) = tokio::fs::read(&kept).await {
        return Ok(text);
    }
    let stored = session.run(GetObject { max_bytes: MAX_BYTES, ..GetObject::new(bucket, key) }).await?;
    let text = unpacked(&stored)?;
    if let Err(error) = write_atomically(&kept, &text) {
        tracing::warn!(details = %error, "The body could not be kept on this machine and will be fetched again");
    }
    Ok(text)
}

/// Bucket and key of `s3://bucket/key`.
fn parts(address: &str) -> Option<(&str, &str)> {
    address.strip_prefix("s3://")?.split_once('/').filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty())
}

/// A file name that keeps bodies apart: the readable end of the key, and a fingerprint of bucket and key (FNV-1a).
fn kept_file(folder: &Path, bucket: &str, key: &str) -> PathBuf {
    let fingerprint = format!("{bucket}/{key}")
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let name = key.rsplit('/').next().unwrap_or_default();
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).take(80).collect();
    folder.join(format!("{fingerprint:016x}-{name}.json"))
}

/// `stored` without its gzip shell, if it has one.
fn unpacked(stored: &[u8]) -> Result<Vec<u8>, Problem> {
    if !stored.starts_with(&[0x1f, 0x8b]) {
        return Ok(stored.to_vec());
    }
    let mut text = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(stored).take(MAX_BYTES + 1);
    reader.read_to_end(&mut text).map_err(|error| {
        Problem::new("The body in S3 cannot be unpacked", "The object is not whole gzip data", "Look at the object in S3")
            .with_details(error.to_string())
    })?;
    if text.len() as u64 > MAX_BYTES {
        let why = format!("Unpacked it is larger than {}", bytes(MAX_BYTES));
        return Err(Problem::new("The body in S3 is too large to show", why, "Download the object from S3 instead"));
    }
    Ok(text)
}

fn not_an_address(address: &str) -> Problem {
    Problem::new(
        "The record names no place in S3",
        format!("`{address}` is not an address such as s3://bucket/key"),
        "Look at the record's raw line",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn gzipped(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn bodies_are_unpacked_within_bounds() {
        assert_eq!(unpacked(b"{}").unwrap(), b"{}");
        assert_eq!(unpacked(&gzipped(b"[1]")).unwrap(), b"[1]");
        let bomb = gzipped(&vec![0; MAX_BYTES as usize + 1]);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(unpacked(&bomb).unwrap_err().what, "The body in S3 is too large to show");
        assert!(unpacked(&gzipped(b"cut")[..12]).is_err());
    }

    #[test]
    fn addresses_are_read_and_files_stay_in_the_folder() {
        assert_eq!(parts("s3://b/a/c.json.gz"), Some(("b", "a/c.json.gz")));
        assert!([parts("s3://b"), parts("http://b/k"), parts("s3:///k")].iter().all(Option::is_none));
        let folder = Path::new("/home/bodies");
        let file = kept_file(folder, "b", "x/../../etc/passwd");
        assert_eq!(file.parent(), Some(folder));
        assert_ne!(file, kept_file(folder, "b", "y/../../etc/passwd"));
    }
}
