//! What queries find, and what they say of themselves.

use serde_json::json;

use super::*;

fn line(model: &str, latency: u64, error: Option<&str>, text: &str) -> String {
    json!({"schemaType": "ModelInvocationLog", "modelId": model, "operation": "Converse", "errorCode": error, "requestId": "r-1",
        "identity": {"arn": "arn:aws:sts::123456789012:assumed-role/Lab/Ann"}, "requestMetadata": {"team": "blue"},
        "input": {"inputTokenCount": 100, "inputBodyJson": {"messages": [{"role": "user", "content": [{"text": text}]}]}},
        "output": {"outputTokenCount": 20, "outputBodyJson": {"metrics": {"latencyMs": latency}, "flag": true}}})
    .to_string()
}

#[test]
fn all_words_must_occur_in_either_case() {
    let query = Query::new("refund POLICY");
    assert!(query.matches("The Policy on REFUNDS"));
    assert!(!query.matches("The policy on returns"));
    assert!(Query::new("").is_empty() && Query::new("  ").matches("anything"));
}

#[test]
fn phrases_and_unwanted_words() {
    let query = Query::new(r#""order #3256" -damaged"#);
    assert!(query.matches("refund of order #3256"));
    assert!(!query.matches("order number 3256") && !query.matches("order #3256 arrived damaged"));
    assert!(Query::new(r#""still typing"#).matches("still typing a phrase"));
    assert!(Query::new("- a").matches("a - b"));
}

#[test]
fn quotes_of_the_text_are_found_in_json() {
    let line = json!({"text": "he said \\o/ \"yes\""}).to_string();
    assert!(Query::new(r"\o/").matches(&line) && Query::new(r#""said \\o/ \"yes\"""#).matches(&line));
}

#[test]
fn expressions_are_between_slashes_and_errors_have_a_place() {
    assert!(Query::new(r"/order #\d{4}/").matches("Order #3256") && !Query::new(r"-/\d{4}/").matches("3256"));
    assert!(Query::new(r"/a\/b/").matches("a/b") && Query::new("/aws/bedrock").matches("group /aws/bedrock/x"));
    let query = Query::new("refund /a(/ b");
    assert_eq!((query.problems().len(), query.problems()[0].span.clone()), (1, 7..11));
    assert!(query.problems()[0].what.contains("unclosed group"), "{}", query.problems()[0].what);
}

#[test]
fn fields_are_asked_by_short_name_and_path() {
    let line = line("us.anthropic.claude-haiku-4-5", 2_500, None, "Hello refund");
    for text in [
        "model:haiku",
        "latency:>2s",
        "latency:<=2500",
        "latency:2500",
        "tokens:>=120",
        "principal:ann",
        "-error:*",
        "error:* OR model:haiku",
        "result:ok",
        "requestMetadata.team:blue",
        "requestMetadata.team:=blue",
        "input.inputTokenCount:100",
        "output.outputBodyJson.flag:true",
        "modelId:/haiku-\\d/",
        "input.inputBodyJson.messages.0.content.0.text:\"hello refund\"",
        "-model:sonnet refund",
        "`requestMetadata.team`:b",
    ] {
        assert!(Query::new(text).matches(&line) && Query::new(text).problems().is_empty(), "{text}");
    }
    for text in [
        "model:sonnet",
        "latency:>2500",
        "error:*",
        "requestMetadata.team:=blu",
        "input.inputTokenCount:10",
        "a.b:*",
        "-model:haiku",
        "cost:>1",
    ] {
        assert!(!Query::new(text).matches(&line), "{text}");
    }
}

#[test]
fn what_cannot_be_compared_is_told() {
    for text in ["latency:>fast", "tokens:many"] {
        assert_eq!(Query::new(text).problems().len(), 1, "{text}");
    }
}

#[test]
fn a_colon_alone_makes_no_field() {
    for text in ["http://x", "arn:aws:iam::1:role/x", "12:03", "model:", "#1:2"] {
        let query = Query::new(text);
        assert!(query.matches(&format!("see {text} here")) && query.hints().is_empty(), "{text}");
    }
    assert_eq!(Query::new("team:blue").hints(), ["No field is called team: “team:blue” is searched for as text"]);
}

#[test]
fn alternatives_are_one_condition() {
    let query = Query::new("haiku OR sonnet refund");
    assert!(query.matches("haiku refund") && query.matches("refund sonnet") && !query.matches("haiku sonnet") && !query.matches("refund"));
    assert!(Query::new("OR").is_empty() && Query::new("a OR").matches("a"));
}

#[test]
fn literals_are_in_every_match() {
    let literals = |text: &str| Query::new(text).literals().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(literals("Refund -x \"a b\" /re/ y OR z model:haiku latency:>3 tokens:5 é q\"uote"), ["Refund", "a b", "haiku"]);
    assert_eq!(literals("a.b:=blue a.b:100 result:ok time:2026"), ["blue"]);
}

#[test]
fn terms_over_fields_are_told_apart() {
    let query = Query::new("refund model:haiku a.b:* x OR error:*");
    assert_eq!(query.field_terms().map(|(field, _)| field.name().to_owned()).collect::<Vec<_>>(), ["model", "a.b"]);
    assert!(query.has_fields() && !Query::new("refund").has_fields());
}

#[test]
fn hits_are_merged_and_in_order() {
    let query = Query::new("refund fund order");
    assert_eq!(query.hits("Refund the order"), vec![0..6, 11..16]);
    assert_eq!(query.first_hit("my order, a refund"), Some(3..8));
    assert!(Query::new("model:refund").hits("refund").is_empty() && Query::new("prompt:refund").hits("refund").len() == 1);
    assert!(Query::new("-refund").hits("refund").is_empty() && Query::new("/x*/").hits("abc").is_empty());
}

#[test]
fn the_insights_text_says_the_same() {
    let text = |query: &str| Query::new(query).insights();
    assert_eq!(text("a/b -c"), r" | filter @message like /(?i)a\/b/ | filter @message not like /(?i)c/");
    assert_eq!(
        text("model:haiku latency:>2s"),
        " | filter modelId like /(?i)haiku/ | filter output.outputBodyJson.metrics.latencyMs > 2000"
    );
    assert_eq!(text("error:* -a.b-c:*"), " | filter ispresent(errorCode) | filter not ispresent(`a.b-c`)");
    assert_eq!(
        text("a.b:=x in:100 OR result:ok"),
        " | filter a.b = \"x\" | filter input.inputTokenCount = 100 or (ispresent(modelId) and not ispresent(errorCode))"
    );
    assert_eq!(text("cost:>1"), "");
    assert_eq!(Query::new("cost:>1 cost:<2").only_here().len(), 1);
    assert_eq!(Query::new("model:a").only_here(), Vec::<String>::new());
}

#[test]
fn a_value_of_the_tree_asks_for_itself() {
    let line = json!({"a": {"b c": "x \"y\" \\z", "n": 1.5, "t": true}, "operation": "o", "modelId": "m"}).to_string();
    for (path, value) in [("a.b c", "x \"y\" \\z"), ("a.n", "1.5"), ("a.t", "true"), ("modelId", "m")] {
        assert!(Query::new(&exactly(path, value, true)).matches(&line), "{path}");
        assert!(!Query::new(&exactly(path, value, false)).matches(&line), "{path}");
        assert!(!Query::new(&exactly(path, &format!("{value}1"), true)).matches(&line), "{path}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,40}", line in "\\PC{0,80}") {
        let query = Query::new(&text);
        query.matches(&line);
        let hits = query.hits(&line);
        proptest::prop_assert!(hits.windows(2).all(|pair| pair[0].end <= pair[1].start));
        query.insights();
        query.only_here();
    }

    #[test]
    fn a_match_holds_every_literal(words in proptest::collection::vec("[a-cA-C:=\"\\-é ]{1,5}", 1..4), line in "[a-cA-C é\"]{0,40}") {
        let query = Query::new(&words.join(" "));
        if query.matches(&line) {
            let lower = line.to_ascii_lowercase();
            proptest::prop_assert!(query.literals().all(|literal| lower.contains(&literal.to_ascii_lowercase())));
        }
    }
}
