"""SNS: topics, subscriptions, their confirmation, publishing into the inbox, tags."""

import json

from harness import ACCOUNT, REGION, boto, cli, cli_refused, eq, lever, refused

COVERS = "sns"
sns = boto("sns")
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"


def letters(topic):
    return [letter for letter in lever("inbox")["letters"] if letter["topic"] == topic]


def test_topics_are_made_once_listed_and_described():
    arn = sns.create_topic(Name="alerts", Attributes={"DisplayName": "Alerts"}, Tags=[{"Key": "team", "Value": "lab"}])["TopicArn"]
    eq(arn, f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts")
    eq(cli("sns", "create-topic", "--name", "alerts"), {"TopicArn": arn}, "the same topic")
    refused("InvalidParameter", "already exists with different tags", sns.create_topic, Name="alerts", Tags=[{"Key": "a", "Value": "b"}])
    refused("InvalidParameter", "Topic Name", sns.create_topic, Name="not a name")
    assert {"TopicArn": arn} in cli("sns", "list-topics")["Topics"]
    assert {"TopicArn": arn} in sns.list_topics()["Topics"]
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    eq((attributes["DisplayName"], attributes["Owner"], attributes["SubscriptionsConfirmed"]), ("Alerts", ACCOUNT, "0"))
    eq(json.loads(attributes["Policy"])["Statement"][0]["Resource"], arn)
    sns.set_topic_attributes(TopicArn=arn, AttributeName="DisplayName", AttributeValue="Louder & <clearer>")
    cli("sns", "set-topic-attributes", "--topic-arn", arn, "--attribute-name", "SignatureVersion", "--attribute-value", "2")
    attributes = cli("sns", "get-topic-attributes", "--topic-arn", arn)["Attributes"]
    eq((attributes["DisplayName"], attributes["SignatureVersion"]), ("Louder & <clearer>", "2"))
    refused("NotFound", "Topic does not exist", sns.get_topic_attributes, TopicArn=arn + "x")
    refused("InvalidParameter", "An ARN must have at least 6 elements", sns.get_topic_attributes, TopicArn="alerts")


def test_more_topics_than_a_page_holds():
    made = {sns.create_topic(Name=f"page-{n:03}")["TopicArn"] for n in range(110)}
    pages = list(sns.get_paginator("list_topics").paginate())
    eq(len(pages), 2)
    assert made <= {topic["TopicArn"] for page in pages for topic in page["Topics"]}
    for arn in made:
        sns.delete_topic(TopicArn=arn)


def test_an_address_confirms_and_gets_what_is_published():
    arn = sns.create_topic(Name="letters")["TopicArn"]
    eq(sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="ana@example.com")["SubscriptionArn"], "pending confirmation")
    eq(cli("sns", "subscribe", "--topic-arn", arn, "--protocol", "email", "--notification-endpoint", "ben@example.com"), {"SubscriptionArn": "pending confirmation"})
    eq(sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"][0]["SubscriptionArn"], "PendingConfirmation")
    eq(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["SubscriptionsPending"], "2")
    sns.publish(TopicArn=arn, Message="nobody gets this")
    ana, ben = letters(arn)
    eq((ana["endpoint"], ben["endpoint"]), ("ana@example.com", "ben@example.com"))
    confirmed = sns.confirm_subscription(TopicArn=arn, Token=ana["token"])["SubscriptionArn"]
    assert confirmed.startswith(arn + ":")
    cli("sns", "confirm-subscription", "--topic-arn", arn, "--token", ben["token"])
    refused("InvalidParameter", "Token", sns.confirm_subscription, TopicArn=arn, Token=ana["token"])
    sent = sns.publish(TopicArn=arn, Subject="Hello", Message="all of you", MessageAttributes={"kind": {"DataType": "String", "StringValue": "greeting"}})
    found = [letter for letter in letters(arn) if letter["messageId"] == sent["MessageId"]]
    eq(sorted((letter["endpoint"], letter["subject"], letter["body"]) for letter in found), [("ana@example.com", "Hello", "all of you"), ("ben@example.com", "Hello", "all of you")])
    cli("sns", "unsubscribe", "--subscription-arn", confirmed)
    listed = cli("sns", "list-subscriptions-by-topic", "--topic-arn", arn)["Subscriptions"]
    eq([subscription["Endpoint"] for subscription in listed], ["ben@example.com"])
    sns.unsubscribe(SubscriptionArn=listed[0]["SubscriptionArn"])
    eq(sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"], [])
    sns.delete_topic(TopicArn=arn)


def test_attributes_of_a_subscription():
    arn = sns.create_topic(Name="queue")["TopicArn"]
    subscription = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=QUEUE, ReturnSubscriptionArn=True)["SubscriptionArn"]
    assert any(s["SubscriptionArn"] == subscription for s in sns.list_subscriptions()["Subscriptions"])
    assert any(s["SubscriptionArn"] == subscription for s in cli("sns", "list-subscriptions")["Subscriptions"])
    eq(sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]["RawMessageDelivery"], "false")
    sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="RawMessageDelivery", AttributeValue="true")
    eq(cli("sns", "get-subscription-attributes", "--subscription-arn", subscription)["Attributes"]["RawMessageDelivery"], "true")
    cli("sns", "set-subscription-attributes", "--subscription-arn", subscription, "--attribute-name", "RawMessageDelivery", "--attribute-value", "false")
    refused("InvalidParameter", "filter policies", sns.set_subscription_attributes, SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue="{}")
    refused("NotFound", "Subscription does not exist", sns.get_subscription_attributes, SubscriptionArn=arn + ":00000000-0000-4000-8000-000000000000")
    refused("InvalidParameter", "Email address", sns.subscribe, TopicArn=arn, Protocol="email", Endpoint="nobody")
    cli("sns", "delete-topic", "--topic-arn", arn)
    eq([s for s in sns.list_subscriptions()["Subscriptions"] if s["TopicArn"] == arn], [])


def test_messages_by_protocol_and_in_batches():
    arn = sns.create_topic(Name="batch")["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=QUEUE)
    cli("sns", "publish", "--topic-arn", arn, "--message-structure", "json", "--message", json.dumps({"default": "all", "sqs": "queue"}))
    eq(letters(arn)[-1]["body"], "queue")
    reply = sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=[{"Id": "a", "Message": "one"}, {"Id": "b", "Message": "two", "Subject": "bad\nsubject"}])
    eq(([s["Id"] for s in reply["Successful"]], [(f["Id"], f["SenderFault"]) for f in reply["Failed"]]), (["a"], [("b", True)]))
    cli("sns", "publish-batch", "--topic-arn", arn, "--publish-batch-request-entries", [{"Id": "c", "Message": "three"}])
    eq([letter["body"] for letter in letters(arn)[-2:]], ["one", "three"])
    twice = [{"Id": "a", "Message": "x"}, {"Id": "a", "Message": "y"}]
    refused("BatchEntryIdsNotDistinct", "same Id", sns.publish_batch, TopicArn=arn, PublishBatchRequestEntries=twice)
    refused("InvalidParameter", "Empty message", sns.publish, TopicArn=arn, Message="")
    refused("InvalidParameter", "No default entry", sns.publish, TopicArn=arn, Message="{}", MessageStructure="json")
    cli_refused("NotFound", "sns", "publish", "--topic-arn", arn + "x", "--message", "m")


def test_tags():
    arn = sns.create_topic(Name="tagged")["TopicArn"]
    sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    cli("sns", "tag-resource", "--resource-arn", arn, "--tags", "Key=b,Value=2")
    eq(sns.list_tags_for_resource(ResourceArn=arn)["Tags"], [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    sns.untag_resource(ResourceArn=arn, TagKeys=["a"])
    eq(cli("sns", "list-tags-for-resource", "--resource-arn", arn), {"Tags": [{"Key": "b", "Value": "2"}]})
    cli("sns", "untag-resource", "--resource-arn", arn, "--tag-keys", "b")
    refused("ResourceNotFound", "does not exist", sns.list_tags_for_resource, ResourceArn=arn + "x")
