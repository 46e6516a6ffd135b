//! Reads a bucket back and says whether it is what the lab needs.

use super::bucket::days;
use super::found;
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::s3::{
    GetBucketEncryption, GetBucketLifecycleConfiguration, GetBucketLocation, GetBucketOwnershipControls, GetBucketPolicy,
    GetPublicAccessBlock, HeadBucket, PublicAccessBlock,
};
use crate::base::clock::Timestamp;
use crate::lab::action::Cx;
use crate::lab::policy;
use crate::lab::status::Verdict;

/// The ownership setting that switches access lists off.
pub const ENFORCED: &str = "BucketOwnerEnforced";

/// How far S3's clock may be behind ours when a bucket's age is judged.
const CLOCK_SLACK_SECS: i64 = 300;

/// Whether something made at `created` may be what was intended at `intended`.
pub fn not_before(created: Timestamp, intended: Timestamp) -> bool {
    created.as_second() >= intended.as_second() - CLOCK_SLACK_SECS
}

/// What was found, and what is missing.
#[derive(Default)]
struct Findings {
    evidence: Vec<String>,
    missing: Vec<&'static str>,
    worth_knowing: Vec<&'static str>,
}

impl Findings {
    /// A finding without which deliveries fail or prompts are exposed.
    fn need(&mut self, fine: bool, evidence: impl Into<String>, missing: &'static str) {
        if fine { self.evidence.push(evidence.into()) } else { self.missing.push(missing) }
    }

    /// A finding that is the owner's business when the bucket is not ours.
    fn wish(&mut self, ours: bool, fine: bool, evidence: impl Into<String>, lacking: &'static str) {
        match (fine, ours) {
            (true, _) => self.evidence.push(evidence.into()),
            (false, true) => self.missing.push(lacking),
            (false, false) => self.worth_knowing.push(lacking),
        }
    }

    fn verdict(self, ours: bool) -> Verdict {
        let remedy = if ours { "Run the step again: it sets what is missing" } else { "Change it in the bucket, or create a new one" };
        if !self.missing.is_empty() {
            return Verdict::not_yet(format!("The bucket lacks: {}", self.missing.join("; ")), remedy);
        }
        if !self.worth_knowing.is_empty() {
            let why = format!("Records of prompts would be safer with: {}", self.worth_knowing.join("; "));
            return Verdict::Warned { evidence: self.evidence, why, remedy: remedy.to_owned() };
        }
        Verdict::Passed { evidence: self.evidence }
    }
}

/// Checks `bucket`; one of `ours` must have every setting, another one those that deliveries need.
pub async fn verify(cx: &Cx<'_>, bucket: &str, ours: bool) -> Result<Verdict, AwsError> {
    let name = || bucket.to_owned();
    match found(cx.run(HeadBucket { bucket: name() }).await) {
        Ok(Some(_)) => {}
        Ok(None) => return Ok(Verdict::not_yet(format!("There is no bucket {bucket}"), "Run this step")),
        Err(error) if error.kind == ErrorKind::AccessDenied => return Ok(belongs_to_others(bucket)),
        Err(error) => return Err(error),
    }
    let mut findings = Findings::default();
    access(cx, bucket, ours, &mut findings).await?;
    storage(cx, bucket, ours, &mut findings).await?;
    Ok(findings.verdict(ours))
}

fn belongs_to_others(bucket: &str) -> Verdict {
    Verdict::not_yet(
        format!("The bucket {bucket} cannot be read: it belongs to another account, or you may not list it"),
        "Choose another name",
    )
}

async fn access(cx: &Cx<'_>, bucket: &str, ours: bool, findings: &mut Findings) -> Result<(), AwsError> {
    let name = || bucket.to_owned();
    let region = cx.run(GetBucketLocation { bucket: name() }).await?;
    findings.need(region == cx.facts.region, format!("Bucket {bucket} exists in {region}"), "the Region in which Bedrock is called");
    let text = found(cx.run(GetBucketPolicy { bucket: name() }).await)?.unwrap_or_default();
    let statement = policy::bucket_write(cx.facts, bucket, cx.values.text("prefix"));
    let may_write = policy::has_statement(&text, &statement);
    findings.need(may_write, "Bedrock may write records, for this account and Region only", "the statement that lets Bedrock write");
    let ownership = found(cx.run(GetBucketOwnershipControls { bucket: name() }).await)?.unwrap_or_default();
    findings.need(
        ownership == ENFORCED,
        "Access lists are off",
        "ownership enforced: with access lists on, Bedrock's policy has no effect",
    );
    let block = found(cx.run(GetPublicAccessBlock { bucket: name() }).await)?;
    findings.wish(ours, block.is_some_and(PublicAccessBlock::is_complete), "Public access is blocked", "public access blocked");
    Ok(())
}

async fn storage(cx: &Cx<'_>, bucket: &str, ours: bool, findings: &mut Findings) -> Result<(), AwsError> {
    let name = || bucket.to_owned();
    let encryption = found(cx.run(GetBucketEncryption { bucket: name() }).await)?;
    let with = encryption.as_ref().map(|e| e.algorithm.clone()).unwrap_or_default();
    findings.wish(ours, encryption.is_some(), format!("Encrypted with {with}"), "encryption by default");
    let rules = found(cx.run(GetBucketLifecycleConfiguration { bucket: name() }).await)?.unwrap_or_default();
    let expiry = rules.iter().filter(|rule| rule.enabled).find_map(|rule| rule.expire_after_days);
    let kept = expiry.map(|count| format!("Objects are deleted after {}", days(count))).unwrap_or_default();
    findings.wish(ours, expiry.is_some(), kept, "a lifecycle rule that deletes old records");
    Ok(())
}
