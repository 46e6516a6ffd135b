//! Where labs come from: the ones in the binary, or a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Largest file of a lab that is read.
const MAX_FILE_BYTES: u64 = 1 << 20;

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/labs/", $name)))),+]
    };
}

/// The files of the labs in the binary.
const EMBEDDED: &[(&str, &str)] = embedded![
    "bedrock-monitoring/lab.toml",
    "bedrock-monitoring/01-where-to-work.md",
    "bedrock-monitoring/02-log-group.md",
    "bedrock-monitoring/03-bucket.md",
    "bedrock-monitoring/04-service-role.md",
    "bedrock-monitoring/05-invocation-logging.md",
    "bedrock-monitoring/06-playground.md",
    "bedrock-monitoring/07-logs-insights.md",
    "bedrock-monitoring/08-live-tail.md",
    "bedrock-monitoring/09-metrics.md",
    "bedrock-monitoring/10-alarms.md",
    "bedrock-monitoring/11-clean-up.md",
];

/// Where labs come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LabSource {
    /// The labs in the binary.
    #[default]
    Embedded,
    /// A folder with one folder per lab.
    Folder(PathBuf),
}

impl LabSource {
    /// The folder when one is given, else the labs in the binary.
    pub fn from_option(folder: Option<&Path>) -> Self {
        folder.map_or(Self::Embedded, |path| Self::Folder(path.to_owned()))
    }

    /// Its name in messages.
    pub fn name(&self) -> String {
        match self {
            Self::Embedded => "labs".to_owned(),
            Self::Folder(path) => path.display().to_string(),
        }
    }

    /// Ids of the labs that it has, in alphabetical order: folders with a `lab.toml`.
    pub fn lab_ids(&self) -> io::Result<Vec<String>> {
        let mut ids = match self {
            Self::Embedded => EMBEDDED.iter().filter_map(|(name, _)| name.strip_suffix("/lab.toml")).map(str::to_owned).collect(),
            Self::Folder(path) => folder_ids(path)?,
        };
        ids.sort();
        Ok(ids)
    }

    /// The text of a file, named `lab/file`.
    pub fn read(&self, name: &str) -> io::Result<String> {
        match self {
            Self::Embedded => embedded_file(name),
            Self::Folder(path) => bounded_text(path, name),
        }
    }

    /// Names of the files of a lab, to find stray ones.
    pub fn files(&self, lab: &str) -> io::Result<Vec<String>> {
        match self {
            Self::Embedded => {
                Ok(EMBEDDED.iter().filter_map(|(name, _)| name.strip_prefix(lab)?.strip_prefix('/')).map(str::to_owned).collect())
            }
            Self::Folder(path) => entry_names(&path.join(lab)),
        }
    }
}

fn embedded_file(name: &str) -> io::Result<String> {
    let found = EMBEDDED.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no such file"))
}

fn folder_ids(path: &Path) -> io::Result<Vec<String>> {
    Ok(entry_names(path)?.into_iter().filter(|name| path.join(name).join("lab.toml").is_file()).collect())
}

fn entry_names(path: &Path) -> io::Result<Vec<String>> {
    fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

/// Reads a file below `folder`; a lab from elsewhere cannot reach outside its folder or fill the memory.
fn bounded_text(folder: &Path, name: &str) -> io::Result<String> {
    if Path::new(name).components().any(|part| !matches!(part, std::path::Component::Normal(_))) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the name leads out of the lab's folder"));
    }
    let path = folder.join(name);
    if fs::metadata(&path)?.len() > MAX_FILE_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is larger than 1 MB"));
    }
    fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lab_cannot_read_outside_its_folder() {
        let dir = tempfile::tempdir().unwrap();
        let source = LabSource::Folder(dir.path().to_owned());
        assert_eq!(source.read("demo/../../etc/hosts").unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(source.read("demo/lab.toml").unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
