//! What this machine has set up for AWS: profiles of the configuration files, and variables that change where calls go.
//!
//! Only names, Regions and the kind of credentials are read. Keys are looked at for their presence and never kept.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Configuration files are small; what lies beyond is not read.
const MAX_FILE: u64 = 1 << 20;

/// A profile of the AWS configuration files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Its Region, if it names one.
    pub region: Option<String>,
    /// Where its credentials come from.
    pub credentials: CredentialSource,
    /// The files that mention it, such as `config`, `credentials`.
    pub files: Vec<&'static str>,
}

/// Where a profile's credentials come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CredentialSource {
    /// The profile says nothing about credentials.
    None,
    /// An access key in a file.
    AccessKey,
    /// A program that prints credentials.
    Process,
    /// A token file that is exchanged for a role.
    WebIdentity,
    /// A role assumed from another profile.
    Role,
    /// IAM Identity Center.
    Sso,
}

impl CredentialSource {
    /// In words, for lists.
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "no credentials",
            Self::AccessKey => "access key",
            Self::Process => "process",
            Self::WebIdentity => "web identity",
            Self::Role => "role",
            Self::Sso => "SSO",
        }
    }
}

/// Everything that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Profiles by name; `default` comes first.
    pub profiles: Vec<Profile>,
    /// The profile that the default chain takes, when `AWS_PROFILE` names one.
    pub active: Option<String>,
    /// The Region of the environment variables, if one is set.
    pub region: Option<String>,
    /// Settings that change where calls go or as whom, with what they do; one sentence each.
    pub warnings: Vec<String>,
}

/// Looks at the environment variables and configuration files of this machine.
pub fn find() -> Found {
    let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_path_buf());
    let variables = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    find_in(&variables.filter(|(_, value)| !value.is_empty()).collect(), home.as_deref())
}

/// Environment variables by name; empty ones are left out.
type Variables = BTreeMap<String, String>;

fn find_in(variables: &Variables, home: Option<&Path>) -> Found {
    let mut profiles = BTreeMap::new();
    let mut warnings = Vec::new();
    for (kind, variable) in [("config", "AWS_CONFIG_FILE"), ("credentials", "AWS_SHARED_CREDENTIALS_FILE")] {
        match read(variables.get(variable), kind, home) {
            Ok(text) => add_file(&mut profiles, &text, kind),
            Err(warning) => warnings.push(warning),
        }
    }
    let mut profiles: Vec<Profile> = profiles.into_values().collect();
    profiles.sort_by_key(|profile| profile.name != "default");
    let active = variables.get("AWS_PROFILE").cloned();
    let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| variables.get(*name)).cloned();
    warnings.extend(variable_warnings(variables, &profiles));
    Found { profiles, active, region, warnings }
}

/// The text of a configuration file; a missing one is empty, an unreadable one a warning.
fn read(variable: Option<&String>, kind: &str, home: Option<&Path>) -> Result<String, String> {
    let path = variable.map(PathBuf::from).or_else(|| home.map(|home| home.join(".aws").join(kind)));
    let Some(path) = path else { return Ok(String::new()) };
    match File::open(&path) {
        Ok(file) => read_bounded(file).map_err(|error| format!("{} cannot be read: {error}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && variable.is_none() => Ok(String::new()),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

fn read_bounded(file: File) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    file.take(MAX_FILE).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Adds the profiles of one file. In `config` a section is `[profile NAME]` or `[default]`, in `credentials` it is `[NAME]`.
fn add_file(profiles: &mut BTreeMap<String, Profile>, text: &str, kind: &'static str) {
    let mut current: Option<String> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(section) = trimmed.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(name, _)| name.trim()) {
            current = profile_name(section, kind);
            if let Some(name) = &current {
                mention(profiles, name, kind);
            }
        } else if let (Some(name), false) = (&current, line.starts_with([' ', '\t', '#', ';']))
            && let Some((key, value)) = trimmed.split_once('=')
            && let Some(profile) = profiles.get_mut(name)
        {
            set(profile, key.trim(), value.trim());
        }
    }
}

/// The profile that a section describes; other sections (`sso-session`, `services`, …) describe none.
fn profile_name(section: &str, kind: &str) -> Option<String> {
    if kind == "credentials" || section == "default" {
        return Some(section.to_owned());
    }
    let (word, name) = section.split_once(char::is_whitespace)?;
    (word == "profile").then(|| name.trim().trim_matches('"').to_owned())
}

fn mention(profiles: &mut BTreeMap<String, Profile>, name: &str, kind: &'static str) {
    let new = || Profile { name: name.to_owned(), region: None, credentials: CredentialSource::None, files: Vec::new() };
    let profile = profiles.entry(name.to_owned()).or_insert_with(new);
    if !profile.files.contains(&kind) {
        profile.files.push(kind);
    }
}

fn set(profile: &mut Profile, key: &str, value: &str) {
    let source = match key {
        "region" => {
            profile.region = Some(value.to_owned());
            return;
        }
        "sso_session" | "sso_start_url" => CredentialSource::Sso,
        "role_arn" => CredentialSource::Role,
        "web_identity_token_file" => CredentialSource::WebIdentity,
        "credential_process" => CredentialSource::Process,
        "aws_access_key_id" => CredentialSource::AccessKey,
        _ => return,
    };
    profile.credentials = profile.credentials.max(source);
}

/// Variables that divert calls, in the order of their harm.
fn variable_warnings(variables: &Variables, profiles: &[Profile]) -> Vec<String> {
    let set = |name: &str| variables.contains_key(name);
    let mut warnings = Vec::new();
    if set("AWS_BEARER_TOKEN_BEDROCK") {
        warnings.push(
            "AWS_BEARER_TOKEN_BEDROCK is set: with the default credentials, Bedrock calls use that key and perhaps another account than \
             all other calls; choose a profile by name or unset it"
                .to_owned(),
        );
    }
    let ignored = variables.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let endpoints = variables.iter().filter(|(name, _)| !ignored && name.starts_with("AWS_ENDPOINT_URL"));
    warnings.extend(endpoints.map(|(name, url)| endpoint_warning(name, url)));
    if set("AWS_ACCESS_KEY_ID") {
        warnings.push(
            "AWS_ACCESS_KEY_ID is set: the default credentials are that key; a profile chosen by name is used instead of it".to_owned(),
        );
    }
    if let Some(name) = variables.get("AWS_PROFILE").filter(|name| !profiles.iter().any(|profile| profile.name == **name)) {
        warnings.push(format!("AWS_PROFILE names {name}, which is in no configuration file: choose another profile or unset it"));
    }
    warnings
}

fn endpoint_warning(name: &str, url: &str) -> String {
    let whose = match name.strip_prefix("AWS_ENDPOINT_URL_") {
        Some(service) => format!("calls to {}", service.to_lowercase().replace('_', " ")),
        None => "all calls".to_owned(),
    };
    format!("{name} is set: {whose} of a real account go to {url} instead of AWS; unset it to reach AWS")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const CONFIG: &str = "\
# a comment
[default]
region = eu-central-1

[profile event]
sso_session = corp
region=us-east-1

[sso-session corp]
sso_start_url = https://example.awsapps.com/start
region = us-west-2

[profile \"admin two\"]
role_arn = arn:aws:iam::111122223333:role/admin
source_profile = default
s3 =
  region = nested-is-not-a-region

[services local]
s3 =
  endpoint_url = http://127.0.0.1:4566
[profile broken
region = nowhere
";

    fn home(config: &str, credentials: &str) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".aws")).unwrap();
        fs::write(home.path().join(".aws/config"), config).unwrap();
        fs::write(home.path().join(".aws/credentials"), credentials).unwrap();
        home
    }

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn profiles_of_both_files_are_joined() {
        let home = home(CONFIG, "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n[lone]\n");
        let found = find_in(&variables(&[]), Some(home.path()));
        let told: Vec<_> = found.profiles.iter().map(|p| (p.name.as_str(), p.region.as_deref(), p.credentials.label())).collect();
        assert_eq!(
            told,
            [
                ("default", Some("eu-central-1"), "access key"),
                ("admin two", None, "role"),
                ("event", Some("us-east-1"), "SSO"),
                ("lone", None, "no credentials"),
            ]
        );
        assert_eq!(found.profiles[0].files, ["config", "credentials"]);
        assert!(!format!("{found:?}").contains("AKIA"), "no key may be kept");
        assert_eq!(found.warnings, Vec::<String>::new());
    }

    #[test]
    fn diverting_variables_are_told() {
        let home = home(CONFIG, "");
        let set = [
            ("AWS_BEARER_TOKEN_BEDROCK", "secret-token"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:5000"),
            ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://127.0.0.1:5001"),
            ("AWS_PROFILE", "gone"),
            ("AWS_REGION", "eu-west-1"),
        ];
        let found = find_in(&variables(&set), Some(home.path()));
        assert_eq!((found.active.as_deref(), found.region.as_deref()), (Some("gone"), Some("eu-west-1")));
        let text = found.warnings.join("\n");
        for part in
            ["AWS_BEARER_TOKEN_BEDROCK", "all calls of a real account go to http://127.0.0.1:5000", "calls to bedrock runtime", "gone"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("secret-token"), "no secret may be shown");
        let ignoring = variables(&[("AWS_ENDPOINT_URL", "http://x"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")]);
        assert_eq!(find_in(&ignoring, Some(home.path())).warnings, Vec::<String>::new());
    }

    #[test]
    fn missing_files_are_no_news_but_named_ones_are() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(find_in(&variables(&[]), Some(home.path())), Found::default());
        let named = variables(&[("AWS_CONFIG_FILE", "/nonexistent/config")]);
        assert!(find_in(&named, Some(home.path())).warnings[0].contains("/nonexistent/config cannot be read"));
    }
}
