//! The naming rules of the services, checked as a person types, and unique suggestions.
//!
//! Each check answers with a sentence to show beneath the field. Sources: the CloudWatch Logs, S3 and IAM API references.

/// Longest name of a log group.
pub const LOG_GROUP_MAX: usize = 512;
/// Longest name of a bucket.
pub const BUCKET_MAX: usize = 63;
/// Longest name of a role.
pub const ROLE_MAX: usize = 64;

/// Why a text cannot be the name of a log group.
pub fn log_group_problem(name: &str) -> Option<String> {
    if name.starts_with("aws/") {
        return Some("A name may not start with aws/ (but /aws/… is fine)".to_owned());
    }
    length_problem(name, 1, LOG_GROUP_MAX)
        .or_else(|| character_problem(name, |c| c.is_ascii_alphanumeric() || "_-/.#".contains(c), "letters, digits and _ - / . #"))
}

/// Why a text cannot be the name of a role.
pub fn role_problem(name: &str) -> Option<String> {
    length_problem(name, 1, ROLE_MAX)
        .or_else(|| character_problem(name, |c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c), "letters, digits and _ + = , . @ -"))
}

/// Why a text cannot be the name of a general purpose bucket.
pub fn bucket_problem(name: &str) -> Option<String> {
    length_problem(name, 3, BUCKET_MAX).or_else(|| bucket_characters(name)).or_else(|| bucket_edges(name)).or_else(|| bucket_reserved(name))
}

fn bucket_characters(name: &str) -> Option<String> {
    if name.chars().any(|c| c.is_ascii_uppercase()) {
        return Some("Bucket names have no capital letters".to_owned());
    }
    character_problem(
        name,
        |c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c),
        "lowercase letters, digits, dots and hyphens",
    )
}

fn bucket_edges(name: &str) -> Option<String> {
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Some("Start with a letter or a digit".to_owned());
    }
    if !name.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return Some("End with a letter or a digit".to_owned());
    }
    name.contains("..").then(|| "Two dots may not stand side by side".to_owned())
}

fn bucket_reserved(name: &str) -> Option<String> {
    const PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
    const SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    if name.parse::<std::net::Ipv4Addr>().is_ok() {
        return Some("A name may not look like an IP address".to_owned());
    }
    let prefix =
        PREFIXES.iter().find(|prefix| name.starts_with(**prefix)).map(|prefix| format!("Names that start with {prefix} are reserved"));
    prefix.or_else(|| {
        SUFFIXES.iter().find(|suffix| name.ends_with(**suffix)).map(|suffix| format!("Names that end with {suffix} are reserved"))
    })
}

/// Why a text cannot be the prefix under which Bedrock puts records; empty is fine and means the top of the bucket.
pub fn prefix_problem(prefix: &str) -> Option<String> {
    if prefix.starts_with('/') || prefix.ends_with('/') {
        return Some("Leave out the slash at the start and at the end".to_owned());
    }
    if prefix.len() > 1024 {
        return Some("At most 1,024 characters".to_owned());
    }
    character_problem(prefix, |c| c.is_ascii_alphanumeric() || "!-_.*'()/".contains(c), "letters, digits and ! - _ . * ' ( ) /")
}

fn length_problem(name: &str, min: usize, max: usize) -> Option<String> {
    match name.chars().count() {
        0 => Some("Enter a name".to_owned()),
        n if n < min => Some(format!("At least {min} characters, this has {n}")),
        n if n > max => Some(format!("At most {max} characters, this has {n}")),
        _ => None,
    }
}

fn character_problem(name: &str, allowed: impl Fn(char) -> bool, which: &str) -> Option<String> {
    let wrong = name.chars().find(|c| !allowed(*c))?;
    let shown = if wrong == ' ' { "A space".to_owned() } else { format!("“{wrong}”") };
    Some(format!("{shown} is not allowed here: use {which}"))
}

/// A name for a bucket that nobody else is likely to have: `outcrop-lab-9012-7f3a`.
///
/// `account` is the twelve-digit account id, `suffix` four hexadecimal digits drawn once per environment.
pub fn suggested_bucket(account: &str, suffix: &str) -> String {
    let tail = account.get(account.len().saturating_sub(4)..).unwrap_or_default();
    format!("outcrop-lab-{tail}-{suffix}")
}

/// The next name to try when `name` is taken: `logs` becomes `logs-2`, `logs-2` becomes `logs-3`.
pub fn next_name(name: &str) -> String {
    let (stem, number) = name.rsplit_once('-').and_then(|(stem, tail)| Some((stem, tail.parse::<u32>().ok()?))).unwrap_or((name, 1));
    if number < 999 { format!("{stem}-{}", number + 1) } else { format!("{name}-2") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_groups_follow_the_service_rules() {
        for good in ["bedrock-logs", "/aws/bedrock/model", "a", "x#y.z_1"] {
            assert_eq!(log_group_problem(good), None, "{good}");
        }
        for (bad, part) in [("", "Enter"), ("aws/bedrock", "aws/"), ("a b", "space"), ("ä", "“ä”")] {
            assert!(log_group_problem(bad).unwrap().contains(part), "{bad}");
        }
        assert!(log_group_problem(&"x".repeat(513)).unwrap().contains("513"));
    }

    #[test]
    fn buckets_follow_every_rule_of_s3() {
        for good in ["outcrop-lab-9012-7f3a", "a.b.c", "123", &"x".repeat(63)] {
            assert_eq!(bucket_problem(good), None, "{good}");
        }
        let bad = [
            ("ab", "At least 3"),
            ("Upper", "capital"),
            ("a_b", "“_”"),
            ("-ab", "Start"),
            ("ab-", "End"),
            (".ab", "Start"),
            ("a..b", "dots"),
            ("192.168.5.4", "IP"),
            ("xn--abc", "reserved"),
            ("sthree-abc", "reserved"),
            ("amzn-s3-demo-x", "reserved"),
            ("abc-s3alias", "reserved"),
            ("abc--ol-s3", "reserved"),
            ("abc.mrap", "reserved"),
            ("abc--x-s3", "reserved"),
            ("abc--table-s3", "reserved"),
        ];
        for (name, part) in bad {
            assert!(bucket_problem(name).unwrap_or_default().contains(part), "{name}");
        }
        assert!(bucket_problem(&"x".repeat(64)).unwrap().contains("64"));
    }

    #[test]
    fn roles_and_prefixes_follow_their_rules() {
        assert_eq!(role_problem("outcrop-bedrock-logging"), None);
        assert!(role_problem("a/b").unwrap().contains("“/”"));
        assert!(role_problem(&"r".repeat(65)).unwrap().contains("65"));
        assert_eq!(prefix_problem(""), None);
        assert_eq!(prefix_problem("team/bedrock"), None);
        assert!(prefix_problem("/x").unwrap().contains("slash"));
    }

    #[test]
    fn suggestions_are_valid_and_move_on() {
        assert_eq!(suggested_bucket("123456789012", "7f3a"), "outcrop-lab-9012-7f3a");
        assert_eq!(bucket_problem(&suggested_bucket("123456789012", "7f3a")), None);
        assert_eq!([next_name("logs"), next_name("logs-2"), next_name("a-b")], ["logs-2", "logs-3", "a-b-2"]);
    }
}
