"""Service Quotas: Bedrock's limits as values to read."""

from harness import boto, cli, cli_refused, eq, refused

COVERS = "servicequotas"
quotas = boto("service-quotas")


def test_quotas_of_bedrock():
    eq([s["ServiceCode"] for s in quotas.list_services()["Services"]], ["bedrock"])
    eq(cli("service-quotas", "list-services")["Services"][0]["ServiceName"], "Amazon Bedrock")
    listed = [q for page in quotas.get_paginator("list_service_quotas").paginate(ServiceCode="bedrock", PaginationConfig={"PageSize": 7}) for q in page["Quotas"]]
    eq(len({q["QuotaCode"] for q in listed}), len(listed))
    eq(sorted(q["QuotaCode"] for q in cli("service-quotas", "list-service-quotas", "--service-code", "bedrock")["Quotas"]), sorted(q["QuotaCode"] for q in listed))
    one = next(q for q in listed if "tokens per minute for Anthropic" in q["QuotaName"])
    assert one["Value"] > 0 and one["Adjustable"], one
    for call in (quotas.get_service_quota, quotas.get_aws_default_service_quota):
        eq(call(ServiceCode="bedrock", QuotaCode=one["QuotaCode"])["Quota"]["Value"], one["Value"])
    for command in ("get-service-quota", "get-aws-default-service-quota"):
        eq(cli("service-quotas", command, "--service-code", "bedrock", "--quota-code", one["QuotaCode"])["Quota"]["QuotaName"], one["QuotaName"])
    eq(len(quotas.list_aws_default_service_quotas(ServiceCode="bedrock", MaxResults=3)["Quotas"]), 3)
    eq(len(cli("service-quotas", "list-aws-default-service-quotas", "--service-code", "bedrock")["Quotas"]), len(listed))
    refused("NoSuchResourceException", "bedrock only", quotas.list_service_quotas, ServiceCode="ec2")
    cli_refused("NoSuchResourceException", "service-quotas", "get-service-quota", "--service-code", "bedrock", "--quota-code", "L-NOTHING")
