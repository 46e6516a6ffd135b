//! Policies as the lab writes them, and the traps around them.

use proptest::prelude::*;

use super::*;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"sts:AssumeRole",
    "Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:us-east-1:123456789012:*"}}}]}"#;

const SOURCE: &str = "arn:aws:bedrock:us-east-1:123456789012:logging";

fn identity(statement: &str) -> PolicyDocument {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    PolicyDocument::parse(&text, PolicyKind::Identity).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn decide(statement: &str, action: &str, resource: &str) -> Decision {
    identity(statement).allows(action, resource, &Context::new())
}

/// Whether a statement that allows everything under `condition` applies in `context`.
fn holds(condition: &str, context: &Context) -> bool {
    let statement = format!(r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}"#);
    identity(&statement).allows("s3:GetObject", "*", context).is_allowed()
}

#[test]
fn bedrock_may_assume_the_logging_role_for_its_own_account_and_region_only() {
    let trust = PolicyDocument::parse(TRUST, PolicyKind::Trust).unwrap();
    let assume = |service: &'static str, account: &str, source: &str| {
        trust.allows_principal(
            Principal::Service(service),
            "sts:AssumeRole",
            "arn:aws:iam::123456789012:role/r",
            &Context::of_service(account, source),
        )
    };
    assert_eq!(assume("bedrock.amazonaws.com", "123456789012", SOURCE), Decision::Allowed);
    assert_eq!(assume("lambda.amazonaws.com", "123456789012", SOURCE), Decision::ImplicitDeny);
    assert_eq!(assume("bedrock.amazonaws.com", "210987654321", SOURCE), Decision::ImplicitDeny);
    assert_eq!(assume("bedrock.amazonaws.com", "123456789012", &SOURCE.replace("us-east-1", "eu-west-1")), Decision::ImplicitDeny);
}

#[test]
fn a_log_group_arn_with_its_star_does_not_cover_the_stream() {
    let stream = "arn:aws:logs:us-east-1:123456789012:log-group:/bedrock:log-stream:aws/bedrock/modelinvocations";
    let allow =
        |resource: &str| format!(r#"{{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"{resource}"}}"#);
    assert!(decide(&allow(stream), "logs:PutLogEvents", stream).is_allowed());
    assert!(decide(&allow("arn:aws:logs:*:*:log-group:/bed*"), "logs:putlogevents", stream).is_allowed());
    let trap = "arn:aws:logs:us-east-1:123456789012:log-group:/bedrock:*:log-stream:aws/bedrock/modelinvocations";
    assert_eq!(decide(&allow(trap), "logs:PutLogEvents", stream), Decision::ImplicitDeny);
    assert_eq!(decide(&allow(stream), "logs:CreateLogGroup", stream), Decision::ImplicitDeny);
}

#[test]
fn a_denial_wins_and_not_turns_a_scope_around() {
    let both = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:Delete*","NotResource":"arn:aws:s3:::scratch/*"}"#;
    assert_eq!(decide(both, "s3:DeleteObject", "arn:aws:s3:::keep/a"), Decision::ExplicitDeny);
    assert_eq!(decide(both, "s3:DeleteObject", "arn:aws:s3:::scratch/a"), Decision::Allowed);
    let all_but = r#"{"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"}"#;
    assert_eq!(decide(all_but, "IAM:CreateRole", "*"), Decision::ImplicitDeny);
    assert_eq!(decide(all_but, "logs:GetLogEvents", "*"), Decision::Allowed);
}

#[test]
fn decisions_of_several_policies_combine() {
    use Decision::{Allowed, ExplicitDeny, ImplicitDeny};
    assert_eq!(ImplicitDeny.and(Allowed), Allowed);
    assert_eq!(Allowed.and(ExplicitDeny), ExplicitDeny);
    assert_eq!(ImplicitDeny.and(ImplicitDeny), ImplicitDeny);
}

#[test]
fn a_bucket_policy_knows_its_principals() {
    let policy = |principal: &str| {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{principal},"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"}}}}"#
        );
        PolicyDocument::parse(&text, PolicyKind::Resource).unwrap()
    };
    let may = |principal: &str, who: Principal<'_>| {
        policy(principal).allows_principal(who, "s3:PutObject", "arn:aws:s3:::b/k", &Context::new()).is_allowed()
    };
    let session = Principal::Aws("arn:aws:sts::123456789012:assumed-role/Team/Ann");
    for name in [
        "\"*\"",
        r#"{"AWS":"*"}"#,
        r#"{"AWS":["123456789012"]}"#,
        r#"{"AWS":"arn:aws:iam::123456789012:root"}"#,
        r#"{"AWS":"arn:aws:iam::123456789012:role/Team"}"#,
    ] {
        assert!(may(name, session), "{name}");
    }
    assert!(!may(r#"{"AWS":"arn:aws:iam::123456789012:role/Tea"}"#, session));
    assert!(!may(r#"{"AWS":"210987654321"}"#, session));
    assert!(!may(r#"{"Service":"bedrock.amazonaws.com"}"#, session));
    assert!(may(r#"{"Service":["a.amazonaws.com","bedrock.amazonaws.com"]}"#, Principal::Service("bedrock.amazonaws.com")));
}

#[test]
fn conditions_hold_as_their_operators_say() {
    let context = Context::new().with("aws:SecureTransport", "false").with("s3:max-keys", "10").with("aws:username", "ann");
    for (condition, expected) in [
        (r#"{"Bool":{"aws:securetransport":false}}"#, true),
        (r#"{"Bool":{"aws:SecureTransport":"true"}}"#, false),
        (r#"{"NumericLessThanEquals":{"s3:max-keys":10}}"#, true),
        (r#"{"NumericGreaterThan":{"s3:max-keys":["10"]}}"#, false),
        (r#"{"StringEquals":{"aws:username":["bob","ann"]}}"#, true),
        (r#"{"StringNotEquals":{"aws:username":["bob","ann"]}}"#, false),
        (r#"{"StringNotEquals":{"aws:absent":"x"}}"#, true),
        (r#"{"StringEquals":{"aws:absent":"x"}}"#, false),
        (r#"{"StringEqualsIfExists":{"aws:absent":"x"}}"#, true),
        (r#"{"StringLike":{"aws:username":"a?n*"}}"#, true),
        (r#"{"StringEquals":{"aws:username":"a*"}}"#, false),
        (r#"{"StringEqualsIgnoreCase":{"aws:username":"ANN"}}"#, true),
        (r#"{"Null":{"aws:absent":"true","aws:username":"false"}}"#, true),
        (r#"{"Null":{"aws:username":true}}"#, false),
        (r#"{"StringLike":{"aws:username":"${aws:username}"}}"#, true),
        (r#"{"StringLike":{"aws:username":"${aws:absent}"}}"#, false),
        (r#"{"StringEquals":{"aws:username":"ann"},"Bool":{"aws:SecureTransport":"true"}}"#, false),
    ] {
        assert_eq!(holds(condition, &context), expected, "{condition}");
    }
    let tags = Context::new().with("aws:TagKeys", "team").with("aws:TagKeys", "cost");
    assert!(holds(r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":"cost"}}"#, &tags));
    assert!(!holds(r#"{"ForAllValues:StringEquals":{"aws:TagKeys":"cost"}}"#, &tags));
    assert!(holds(r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["cost","team"]}}"#, &tags));
    let dated = Context::new().with("aws:CurrentTime", "2026-10-01T00:00:00Z");
    assert!(holds(r#"{"DateLessThan":{"aws:CurrentTime":"2026-12-31T00:00:00Z"}}"#, &dated));
}

#[test]
fn malformed_policies_are_refused_in_the_words_of_aws() {
    let with = |members: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{{{members}}}]}}"#);
    let statement = r#""Effect":"Allow","Action":"s3:GetObject","Resource":"*""#;
    for (text, kind, expected) in [
        ("{".to_owned(), PolicyKind::Identity, "This policy contains invalid Json"),
        ("{}".to_owned(), PolicyKind::Identity, "Missing required field Statement"),
        (r#"{"Version":"2020-01-01","Statement":[]}"#.to_owned(), PolicyKind::Identity, "The policy must contain a valid version string"),
        (with(r#""Effect":"Maybe","Action":"s3:GetObject","Resource":"*""#), PolicyKind::Identity, "Syntax errors in policy."),
        (with(&format!(r#"{statement},"Extra":1"#)), PolicyKind::Identity, "Syntax errors in policy."),
        (with(r#""Effect":"Allow","Resource":"*""#), PolicyKind::Identity, "Policy statement must contain actions."),
        (with(r#""Effect":"Allow","Action":"s3:GetObject""#), PolicyKind::Identity, "Policy statement must contain resources."),
        (
            with(r#""Effect":"Allow","Action":"GetObject","Resource":"*""#),
            PolicyKind::Identity,
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (
            with(r#""Effect":"Allow","Action":"s3:GetObject","Resource":"bucket""#),
            PolicyKind::Identity,
            "Resource bucket must be in ARN format or \"*\".",
        ),
        (with(&format!(r#"{statement},"Principal":"*""#)), PolicyKind::Identity, "Policy document should not specify a principal."),
        (
            with(&format!(r#"{statement},"Condition":{{"Nonsense":{{"k":"v"}}}}"#)),
            PolicyKind::Identity,
            "Invalid Condition type : Nonsense.",
        ),
        (with(statement), PolicyKind::Resource, "Missing required field Principal"),
        (
            with(r#""Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"sts:AssumeRole","Resource":"*""#),
            PolicyKind::Trust,
            "Has prohibited field Resource",
        ),
        (
            with(r#""Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"s3:GetObject""#),
            PolicyKind::Trust,
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (
            with(r#""Effect":"Allow","Principal":{"Service":"bedrock"},"Action":"sts:AssumeRole""#),
            PolicyKind::Trust,
            "Invalid principal in policy: \"SERVICE\":\"bedrock\"",
        ),
    ] {
        let error = PolicyDocument::parse(&text, kind).expect_err(&text);
        assert_eq!(error.0, expected, "{text}");
    }
}

/// The plain recursive definition of wildcards, as an oracle.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => naive(rest, text) || text.split_first().is_some_and(|(_, tail)| naive(pattern, tail)),
        (Some((c, rest)), Some((d, tail))) => (*c == '?' || c == d) && naive(rest, tail),
        _ => false,
    }
}

proptest! {
    #[test]
    fn wildcards_agree_with_their_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,10}") {
        let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        prop_assert_eq!(wildcard_match(&pattern, &text), naive(&p, &t), "{} against {}", pattern, text);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,200}", member in "(Effect|Action|Resource|Principal|Condition|Sid)", value in r#"("\*"|1|\[\]|\{"AWS":1\}|\{"Bool":\{"k":[1]\}\}|null)"#) {
        let shaped = format!(r#"{{"Statement":[{{"Effect":"Allow","Action":"*","{member}":{value}}}]}}"#);
        for kind in [PolicyKind::Identity, PolicyKind::Trust, PolicyKind::Resource] {
            let _outcome = PolicyDocument::parse(&text, kind).is_ok();
            let _outcome = PolicyDocument::parse(&shaped, kind).is_ok();
        }
    }

    #[test]
    fn a_denial_of_the_same_scope_always_wins(action in "[a-z]{1,4}:[A-Z][a-z]{1,6}", resource in "arn:aws:s3:::[a-z]{1,6}/[a-z]{1,6}") {
        let statement = |effect: &str| format!(r#"{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}"}}"#);
        prop_assert_eq!(decide(&statement("Allow"), &action, &resource), Decision::Allowed);
        let both = format!("{},{}", statement("Allow"), statement("Deny"));
        prop_assert_eq!(decide(&both, &action, &resource), Decision::ExplicitDeny);
    }
}
