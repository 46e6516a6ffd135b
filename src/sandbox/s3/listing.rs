//! The three listings of a bucket: objects (both versions of the operation) and versions, in pages and folded by delimiter.

use s3s::dto::{
    ChecksumAlgorithm, ChecksumType, CommonPrefix, DeleteMarkerEntry, ETag, ListObjectVersionsInput, ListObjectVersionsOutput,
    ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, Object as ObjectEntry, ObjectStorageClass, ObjectVersion,
    ObjectVersionStorageClass, Owner,
};

use super::bucket::{open_token, token};
use super::convert::{Names, owner, wire_time};
use super::error::{Result, invalid_argument};
use super::state::{Bucket, Object, Version};
use crate::sandbox::api::CallContext;

/// Most rows in one page.
const MAX_KEYS: i32 = 1000;

/// What part of a bucket to list and how to fold it.
struct Query<'a> {
    prefix: &'a str,
    delimiter: &'a str,
    /// Last key or common prefix of the page before.
    after: &'a str,
    /// Version of the key `after` that ended the page before; only versions after it follow.
    after_version: Option<&'a str>,
    max: usize,
}

/// One version in a listing.
#[derive(Clone, Copy)]
struct Item<'a> {
    key: &'a str,
    version: &'a Version,
    latest: bool,
}

/// A row of a page: a version, or the keys that share a prefix up to the delimiter.
enum Row<'a> {
    Item(Item<'a>),
    Prefix(&'a str),
}

/// A page and whether another follows.
struct Page<'a> {
    rows: Vec<Row<'a>>,
    truncated: bool,
}

impl<'a> Query<'a> {
    fn new(prefix: Option<&'a String>, delimiter: Option<&'a String>, max: Option<i32>) -> Result<Self> {
        let max = max.unwrap_or(MAX_KEYS);
        if max < 0 {
            return Err(invalid_argument("Argument maxKeys must be an integer between 0 and 2147483647"));
        }
        let text = |value: Option<&'a String>| value.map_or("", String::as_str);
        Ok(Self { prefix: text(prefix), delimiter: text(delimiter), after: "", after_version: None, max: max.min(MAX_KEYS) as usize })
    }

    fn after(self, after: &'a str) -> Self {
        Self { after, ..self }
    }

    /// Where in the order of keys the page begins.
    fn start(&self) -> &'a str {
        self.prefix.max(self.after)
    }

    fn row(&self, item: Item<'a>) -> Row<'a> {
        let rest = &item.key[self.prefix.len()..];
        match rest.find(self.delimiter).filter(|_| !self.delimiter.is_empty()) {
            Some(at) => Row::Prefix(&item.key[..self.prefix.len() + at + self.delimiter.len()]),
            None => Row::Item(item),
        }
    }

    fn page(&self, items: impl Iterator<Item = Item<'a>>) -> Page<'a> {
        let mut rows: Vec<Row<'a>> = Vec::new();
        for item in items.take_while(|item| item.key.starts_with(self.prefix)) {
            let row = self.row(item);
            if self.is_behind(&row) || is_repeated(rows.last(), &row) {
                continue;
            }
            if rows.len() == self.max {
                return Page { truncated: self.max > 0, rows };
            }
            rows.push(row);
        }
        Page { rows, truncated: false }
    }

    /// Whether the page before has shown this row.
    fn is_behind(&self, row: &Row<'_>) -> bool {
        match row {
            Row::Prefix(prefix) => *prefix == self.after,
            Row::Item(item) => !self.after.is_empty() && item.key <= self.after && !self.is_later_version(item),
        }
    }

    fn is_later_version(&self, item: &Item<'_>) -> bool {
        item.key == self.after && self.after_version.is_some()
    }
}

fn is_repeated(last: Option<&Row<'_>>, row: &Row<'_>) -> bool {
    matches!((last, row), (Some(Row::Prefix(last)), Row::Prefix(this)) if last == this)
}

impl<'a> Page<'a> {
    fn prefixes(&self, names: Names) -> Vec<CommonPrefix> {
        let prefix = |row: &Row<'_>| match row {
            Row::Prefix(prefix) => Some(CommonPrefix { prefix: Some(names.write(prefix)) }),
            Row::Item(_) => None,
        };
        self.rows.iter().filter_map(prefix).collect()
    }

    fn items(&self) -> impl Iterator<Item = Item<'a>> {
        self.rows.iter().filter_map(|row| match row {
            Row::Item(item) => Some(*item),
            Row::Prefix(_) => None,
        })
    }

    /// Key or prefix of the last row, if another page follows.
    fn next(&self) -> Option<&'a str> {
        self.rows.last().filter(|_| self.truncated).map(|row| match row {
            Row::Prefix(prefix) => *prefix,
            Row::Item(item) => item.key,
        })
    }

    /// Version id of the last row, if another page follows and the row is a version.
    fn next_version(&self) -> Option<String> {
        match self.rows.last() {
            Some(Row::Item(item)) if self.truncated => Some(item.version.id.clone()),
            _ => None,
        }
    }
}

/// Current objects from `start` on.
fn objects<'a>(bucket: &'a Bucket, start: &str) -> impl Iterator<Item = Item<'a>> {
    let newest = |(key, versions): (&'a str, &'a [Version])| Some(Item { key, version: versions.last()?, latest: true });
    bucket.keys_from(start).filter_map(newest).filter(|item| item.version.object.is_some())
}

/// All versions and delete markers from the query's start on, newest first within a key.
fn versions<'a>(bucket: &'a Bucket, query: &Query<'a>) -> impl Iterator<Item = Item<'a>> {
    let (after, after_version) = (query.after.to_owned(), query.after_version.map(str::to_owned));
    bucket.keys_from(query.start()).flat_map(move |(key, versions)| {
        let newest = versions.len().saturating_sub(1);
        // A marker that has been deleted since the page before hides nothing: whoever lists and deletes by pages sees every version.
        let shown = match &after_version {
            Some(id) if key == after => versions.iter().position(|v| v.id == *id).unwrap_or(versions.len()),
            _ => versions.len(),
        };
        versions[..shown].iter().enumerate().rev().map(move |(at, version)| Item { key, version, latest: at == newest })
    })
}

/// `ListObjectsV2`.
pub(super) fn list_v2(bucket: &Bucket, cx: &CallContext, input: &ListObjectsV2Input) -> Result<ListObjectsV2Output> {
    let opened = input.continuation_token.as_deref().map(open_token).transpose()?;
    let after = opened.as_deref().or(input.start_after.as_deref()).unwrap_or_default();
    let query = Query::new(input.prefix.as_ref(), input.delimiter.as_ref(), input.max_keys)?.after(after);
    let page = query.page(objects(bucket, query.start()));
    let names = Names::asked(input.encoding_type.as_ref());
    let owner = (input.fetch_owner == Some(true)).then(|| owner(cx));
    Ok(ListObjectsV2Output {
        name: Some(input.bucket.clone()),
        prefix: Some(names.write(query.prefix)),
        delimiter: names.some(query.delimiter),
        max_keys: Some(query.max as i32),
        key_count: Some(page.rows.len() as i32),
        is_truncated: Some(page.truncated),
        continuation_token: input.continuation_token.clone(),
        next_continuation_token: page.next().map(token),
        start_after: input.start_after.as_deref().map(|key| names.write(key)),
        contents: Some(entries(&page, names, owner.as_ref())),
        common_prefixes: Some(page.prefixes(names)),
        encoding_type: input.encoding_type.clone(),
        ..ListObjectsV2Output::default()
    })
}

/// `ListObjects`.
pub(super) fn list_v1(bucket: &Bucket, cx: &CallContext, input: &ListObjectsInput) -> Result<ListObjectsOutput> {
    let after = input.marker.as_deref().unwrap_or_default();
    let query = Query::new(input.prefix.as_ref(), input.delimiter.as_ref(), input.max_keys)?.after(after);
    let page = query.page(objects(bucket, query.start()));
    let names = Names::asked(input.encoding_type.as_ref());
    Ok(ListObjectsOutput {
        name: Some(input.bucket.clone()),
        prefix: Some(names.write(query.prefix)),
        marker: Some(names.write(after)),
        delimiter: names.some(query.delimiter),
        max_keys: Some(query.max as i32),
        is_truncated: Some(page.truncated),
        // S3 gives a next marker only with a delimiter; without one it is the last key.
        next_marker: page.next().filter(|_| !query.delimiter.is_empty()).map(|key| names.write(key)),
        contents: Some(entries(&page, names, Some(&owner(cx)))),
        common_prefixes: Some(page.prefixes(names)),
        encoding_type: input.encoding_type.clone(),
        ..ListObjectsOutput::default()
    })
}

fn entries(page: &Page<'_>, names: Names, owner: Option<&Owner>) -> Vec<ObjectEntry> {
    page.items().filter_map(|item| Some(entry(&item, item.version.object.as_ref()?, names, owner))).collect()
}

fn entry(item: &Item<'_>, object: &Object, names: Names, owner: Option<&Owner>) -> ObjectEntry {
    ObjectEntry {
        checksum_algorithm: Some(vec![ChecksumAlgorithm::from_static(object.checksum.algorithm.name())]),
        checksum_type: Some(ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        key: Some(names.write(item.key)),
        last_modified: Some(wire_time(item.version.modified)),
        owner: owner.cloned(),
        restore_status: None,
        size: Some(object.body.len() as i64),
        storage_class: Some(ObjectStorageClass::from(object.storage_class.clone())),
    }
}

/// `ListObjectVersions`.
pub(super) fn list_versions(bucket: &Bucket, cx: &CallContext, input: &ListObjectVersionsInput) -> Result<ListObjectVersionsOutput> {
    let after = input.key_marker.as_deref().unwrap_or_default();
    let after_version = input.version_id_marker.as_deref();
    if after_version.is_some() && after.is_empty() {
        return Err(invalid_argument("A version-id marker cannot be specified without a key marker."));
    }
    let query = Query { after_version, ..Query::new(input.prefix.as_ref(), input.delimiter.as_ref(), input.max_keys)?.after(after) };
    let page = query.page(versions(bucket, &query));
    let names = Names::asked(input.encoding_type.as_ref());
    let owner = owner(cx);
    Ok(ListObjectVersionsOutput {
        name: Some(input.bucket.clone()),
        prefix: Some(names.write(query.prefix)),
        delimiter: names.some(query.delimiter),
        max_keys: Some(query.max as i32),
        is_truncated: Some(page.truncated),
        key_marker: Some(names.write(after)),
        version_id_marker: input.version_id_marker.clone(),
        next_key_marker: page.next().map(|key| names.write(key)),
        next_version_id_marker: page.next_version(),
        versions: Some(page.items().filter_map(|item| version_entry(&item, names, &owner)).collect()),
        delete_markers: Some(page.items().filter_map(|item| marker_entry(&item, names, &owner)).collect()),
        common_prefixes: Some(page.prefixes(names)),
        encoding_type: input.encoding_type.clone(),
        ..ListObjectVersionsOutput::default()
    })
}

fn version_entry(item: &Item<'_>, names: Names, owner: &Owner) -> Option<ObjectVersion> {
    let object = item.version.object.as_ref()?;
    Some(ObjectVersion {
        checksum_algorithm: Some(vec![ChecksumAlgorithm::from_static(object.checksum.algorithm.name())]),
        checksum_type: Some(ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        is_latest: Some(item.latest),
        key: Some(names.write(item.key)),
        last_modified: Some(wire_time(item.version.modified)),
        owner: Some(owner.clone()),
        restore_status: None,
        size: Some(object.body.len() as i64),
        storage_class: Some(ObjectVersionStorageClass::from(object.storage_class.clone())),
        version_id: Some(item.version.id.clone()),
    })
}

fn marker_entry(item: &Item<'_>, names: Names, owner: &Owner) -> Option<DeleteMarkerEntry> {
    item.version.object.is_none().then(|| DeleteMarkerEntry {
        is_latest: Some(item.latest),
        key: Some(names.write(item.key)),
        last_modified: Some(wire_time(item.version.modified)),
        owner: Some(owner.clone()),
        version_id: Some(item.version.id.clone()),
    })
}
