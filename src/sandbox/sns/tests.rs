//! Topics, confirmation and delivery.

use serde_json::json;

use super::*;
use crate::base::clock::{ManualClock, timestamp_ms};
use crate::sandbox::api::{ApiResult, Handler};
use crate::sandbox::world::World;

struct Scene(Sandbox);

impl Scene {
    fn new() -> Self {
        Self(Sandbox::new(World::default(), ManualClock::starting_at(timestamp_ms(1_790_000_000_000)), 1))
    }

    fn call(&self, operation: Handler, input: impl std::borrow::Borrow<serde_json::Value>) -> ApiResult {
        operation(&self.0, &self.0.call_context(None), input.borrow())
    }

    fn topic(&self) -> String {
        self.call(topics::create, json!({ "Name": "alerts" })).unwrap()["TopicArn"].as_str().unwrap().to_owned()
    }

    fn inbox(&self) -> Vec<Letter> {
        self.0.world().region_view("us-east-1").sns.inbox().cloned().collect()
    }
}

#[test]
fn an_address_gets_messages_once_it_has_confirmed() {
    let scene = Scene::new();
    let topic = scene.topic();
    let asked = scene.call(subscriptions::subscribe, json!({ "TopicArn": topic, "Protocol": "email", "Endpoint": "ana@example.com" }));
    assert_eq!(asked.unwrap()["SubscriptionArn"], "pending confirmation");
    let say = |text: &str| scene.call(publish::publish, json!({ "TopicArn": topic, "Message": text, "Subject": "Hello" })).unwrap();
    say("too early");
    let letters = scene.inbox();
    assert_eq!(letters.len(), 1, "only the request to confirm");
    let token = letters[0].token.clone().unwrap();
    assert!(scene.0.world().region_view("us-east-1").sns.is_waiting(&token));
    let confirmed = scene.call(subscriptions::confirm, json!({ "TopicArn": topic, "Token": token })).unwrap();
    assert!(confirmed["SubscriptionArn"].as_str().unwrap().starts_with(&topic));
    let id = say("in time");
    let letter = scene.inbox().pop().unwrap();
    assert_eq!((letter.body.as_str(), letter.endpoint.as_str(), letter.number), ("in time", "ana@example.com", 2));
    assert_eq!(id["MessageId"], letter.message_id.as_str());
}

#[test]
fn each_protocol_gets_its_own_text() {
    let scene = Scene::new();
    let topic = scene.topic();
    for (protocol, endpoint) in
        [("sqs", "arn:aws:sqs:us-east-1:123456789012:q"), ("lambda", "arn:aws:lambda:us-east-1:123456789012:function:f")]
    {
        scene.call(subscriptions::subscribe, json!({ "TopicArn": topic, "Protocol": protocol, "Endpoint": endpoint })).unwrap();
    }
    let texts = json!({ "default": "for all", "sqs": "for the queue" }).to_string();
    scene.call(publish::publish, json!({ "TopicArn": topic, "Message": texts, "MessageStructure": "json" })).unwrap();
    let mut bodies: Vec<(String, String)> = scene.inbox().into_iter().map(|letter| (letter.protocol, letter.body)).collect();
    bodies.sort();
    assert_eq!(bodies, [("lambda".to_owned(), "for all".to_owned()), ("sqs".to_owned(), "for the queue".to_owned())]);
}

#[test]
fn refusals_say_what_is_wrong() {
    let scene = Scene::new();
    let topic = scene.topic();
    let code = |result: ApiResult| {
        let error = result.unwrap_err();
        format!("{} {}", error.code, error.message)
    };
    assert_eq!(code(scene.call(topics::create, json!({ "Name": "a b" }))), "InvalidParameter Invalid parameter: Topic Name");
    assert!(code(scene.call(topics::create, json!({ "Name": "a.fifo" }))).contains("no FIFO topics"));
    let other = json!({ "TopicArn": format!("{topic}x"), "Message": "m" });
    assert_eq!(code(scene.call(publish::publish, other)), "NotFound Topic does not exist");
    for (input, wanted) in [
        (json!({ "TopicArn": topic, "Message": "" }), "Empty message"),
        (json!({ "TopicArn": topic, "Message": "m", "Subject": "two\nlines" }), "Subject"),
        (json!({ "TopicArn": topic, "Message": "{}", "MessageStructure": "json" }), "No default entry"),
        (json!({ "TopicArn": topic, "Message": "x".repeat(300_000) }), "Message too long"),
        (json!({ "PhoneNumber": "+49", "Message": "m" }), "no text messages"),
        (json!({ "Message": "m" }), "TopicArn or TargetArn"),
    ] {
        assert!(code(scene.call(publish::publish, input)).contains(wanted), "{wanted}");
    }
    let subscribe = |protocol: &str, endpoint: &str| {
        code(scene.call(subscriptions::subscribe, json!({ "TopicArn": topic, "Protocol": protocol, "Endpoint": endpoint })))
    };
    assert!(subscribe("email", "nobody").contains("Email address"));
    assert!(subscribe("pigeon", "coop").contains("Does not support this protocol string"));
    assert!(subscribe("https", "http://x").contains("Endpoint must match"));
}

#[test]
fn deleting_a_topic_takes_its_subscriptions_along_and_keeps_the_letters() {
    let scene = Scene::new();
    let topic = scene.topic();
    scene.call(subscriptions::subscribe, json!({ "TopicArn": topic, "Protocol": "email", "Endpoint": "ana@example.com" })).unwrap();
    scene.call(topics::delete, json!({ "TopicArn": topic })).unwrap();
    let left = scene.call(subscriptions::list, json!({})).unwrap();
    assert_eq!(left["Subscriptions"], json!([]));
    assert_eq!(scene.inbox().len(), 1);
}
