"""Calls of CloudWatch in each of its protocols, written and read by botocore's own codecs."""

import gzip
import urllib.error
import urllib.parse
import urllib.request

import botocore.parsers
import botocore.serialize
import botocore.session

from harness import ENDPOINT

SCOPE = "AWS4-HMAC-SHA256 Credential=K/20261001/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0"
PROTOCOLS = ["smithy-rpc-v2-cbor", "json", "query"]


def send(protocol, operation, params, packed=False):
    """Calls an operation in one protocol, written and read by botocore's codec for it; `packed` sends the body as gzip."""
    model = botocore.session.get_session().get_service_model("cloudwatch")
    of = model.operation_model(operation)
    request = botocore.serialize.create_serializer(protocol).serialize_to_request(params, of)
    body = request["body"]
    if isinstance(body, dict):
        body = urllib.parse.urlencode(body)
    body = body.encode() if isinstance(body, str) else body
    headers = dict(request["headers"], Authorization=SCOPE)
    if packed:
        body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
    sent = urllib.request.Request(ENDPOINT + request["url_path"], data=body, headers=headers, method="POST")
    try:
        reply = urllib.request.urlopen(sent)
    except urllib.error.HTTPError as error:
        reply = error
    answer = {"status_code": reply.status, "headers": dict(reply.headers), "body": reply.read()}
    parser = botocore.parsers.create_parser(protocol)
    return parser.parse(answer, of.output_shape)
