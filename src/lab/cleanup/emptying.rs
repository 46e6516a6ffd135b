//! Empties a bucket of everything, versions and permission checks included, and deletes it.

use std::time::Duration;

use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::s3::{DeleteBucket, DeleteFailure, DeleteObjects, ListObjectVersions};
use crate::base::text;
use crate::lab::action::Cx;

/// Objects that one `DeleteObjects` takes.
const BATCH: usize = 1_000;
/// Rounds of emptying: Bedrock may still deliver what was under way when logging was switched off.
const ROUNDS: u32 = 6;
/// Wait before a bucket that was filled again is emptied again.
const PAUSE: Duration = Duration::from_secs(2);

/// Empties and deletes `bucket`; the reason when it stays.
pub async fn empty_and_delete(cx: &Cx<'_>, bucket: &str) -> Result<Option<String>, AwsError> {
    for round in 1..=ROUNDS {
        if let Some(failure) = empty(cx, bucket, round).await? {
            return Ok(Some(format!("{} could not be deleted: {}", failure.key, failure.message)));
        }
        match cx.run(DeleteBucket { bucket: bucket.to_owned() }).await {
            Ok(()) => return Ok(None),
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
            Err(error) if error.code == "BucketNotEmpty" => cx.clock.sleep(PAUSE).await,
            Err(error) => return Err(error),
        }
    }
    Ok(Some("it is filled again as fast as it is emptied: something else writes into it".to_owned()))
}

/// Deletes all versions and delete markers; the first one that could not be deleted.
async fn empty(cx: &Cx<'_>, bucket: &str, round: u32) -> Result<Option<DeleteFailure>, AwsError> {
    let versions = match cx.run(ListObjectVersions { bucket: bucket.to_owned(), prefix: String::new() }).await {
        Ok(versions) => versions,
        Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let total = versions.len();
    for (batch, some) in versions.chunks(BATCH).enumerate() {
        let done = batch * BATCH;
        let label = format!("Emptying {bucket}: {} of {}", text::grouped(done as u64), text::count(total as u64, "object"));
        cx.say_attempt(label, round, Some(done as f32 / total as f32));
        let objects = some.iter().map(|v| (v.key.clone(), version_id(&v.version_id))).collect();
        let failures = cx.run(DeleteObjects { bucket: bucket.to_owned(), objects }).await?;
        if let Some(first) = failures.into_iter().next() {
            return Ok(Some(first));
        }
    }
    Ok(None)
}

/// Objects of a bucket that never had versions are listed with the version `null`.
fn version_id(id: &str) -> Option<String> {
    (!id.is_empty() && id != "null").then(|| id.to_owned())
}
