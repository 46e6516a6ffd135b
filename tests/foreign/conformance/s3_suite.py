"""S3: buckets and their settings, objects with versions, ranges, conditions, copies, tags, multipart uploads, presigned addresses."""

import base64
import hashlib
import io
import json
import pathlib
import tempfile
import urllib.error
import urllib.request

from botocore.config import Config

from harness import ACCOUNT, REGION, boto, cli, cli_refused, eq, refused

COVERS = "s3"
s3 = boto("s3")
BUCKET, OTHER = "conformance-bucket", "conformance-other"
MIB = 1 << 20


def body(key, bucket=BUCKET, **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


def file(content):
    path = pathlib.Path(tempfile.mkdtemp()) / "body"
    path.write_bytes(content)
    return str(path)


def api(*args):
    return cli("s3api", *args)


def test_buckets():
    s3.create_bucket(Bucket=BUCKET)
    api("create-bucket", "--bucket", OTHER)
    names = {b["Name"] for b in s3.list_buckets()["Buckets"]}
    assert {BUCKET, OTHER} <= names and {b["Name"] for b in api("list-buckets")["Buckets"]} == names
    s3.head_bucket(Bucket=BUCKET)
    api("head-bucket", "--bucket", BUCKET)
    refused("404", "Not Found", s3.head_bucket, Bucket="conformance-none")
    eq(s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"], None)
    eq(api("get-bucket-location", "--bucket", BUCKET)["LocationConstraint"], None)
    refused("IllegalLocationConstraintException", "location constraint", boto("s3", region_name="eu-west-1").create_bucket, Bucket="conformance-eu")


def test_settings_of_a_bucket():
    arn = f"arn:aws:s3:::{BUCKET}"
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:GetObject", "Resource": f"{arn}/*"}]})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    eq(json.loads(api("get-bucket-policy", "--bucket", BUCKET)["Policy"]), json.loads(policy))
    api("delete-bucket-policy", "--bucket", BUCKET)
    refused("NoSuchBucketPolicy", "", s3.get_bucket_policy, Bucket=BUCKET)
    api("put-bucket-policy", "--bucket", BUCKET, "--policy", policy)
    s3.delete_bucket_policy(Bucket=BUCKET)
    refused("MalformedPolicy", "", s3.put_bucket_policy, Bucket=BUCKET, Policy="{}")

    block = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=block)
    eq(api("get-public-access-block", "--bucket", BUCKET)["PublicAccessBlockConfiguration"], block)
    s3.delete_public_access_block(Bucket=BUCKET)
    refused("NoSuchPublicAccessBlockConfiguration", "", s3.get_public_access_block, Bucket=BUCKET)
    api("put-public-access-block", "--bucket", BUCKET, "--public-access-block-configuration", block)
    api("delete-public-access-block", "--bucket", BUCKET)

    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls=rules)
    eq(api("get-bucket-ownership-controls", "--bucket", BUCKET)["OwnershipControls"], rules)
    api("delete-bucket-ownership-controls", "--bucket", BUCKET)
    api("put-bucket-ownership-controls", "--bucket", BUCKET, "--ownership-controls", {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    eq(s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"][0]["ObjectOwnership"], "BucketOwnerEnforced")
    s3.delete_bucket_ownership_controls(Bucket=BUCKET)
    s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})

    kms = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}]}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=kms)
    found = api("get-bucket-encryption", "--bucket", BUCKET)["ServerSideEncryptionConfiguration"]["Rules"][0]
    eq(found["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "aws:kms")
    s3.delete_bucket_encryption(Bucket=BUCKET)
    api("put-bucket-encryption", "--bucket", BUCKET, "--server-side-encryption-configuration", kms)
    api("delete-bucket-encryption", "--bucket", BUCKET)
    eq(s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256")

    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})
    eq(api("get-bucket-lifecycle-configuration", "--bucket", BUCKET)["Rules"], [rule])
    s3.delete_bucket_lifecycle(Bucket=BUCKET)
    api("put-bucket-lifecycle-configuration", "--bucket", BUCKET, "--lifecycle-configuration", {"Rules": [rule]})
    eq(s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"][0]["Expiration"], {"Days": 30})
    api("delete-bucket-lifecycle", "--bucket", BUCKET)

    tags = [{"Key": "a", "Value": "1"}]
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": tags})
    eq(api("get-bucket-tagging", "--bucket", BUCKET)["TagSet"], tags)
    s3.delete_bucket_tagging(Bucket=BUCKET)
    api("put-bucket-tagging", "--bucket", BUCKET, "--tagging", {"TagSet": tags})
    eq(s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"], tags)
    api("delete-bucket-tagging", "--bucket", BUCKET)


def test_objects_ranges_and_conditions():
    put = s3.put_object(Bucket=BUCKET, Key="a/one.txt", Body=b"0123456789", ContentType="text/plain", Metadata={"who": "ana"}, ChecksumAlgorithm="SHA256")
    eq(put["ETag"], f'"{hashlib.md5(b"0123456789").hexdigest()}"')
    eq(put["ChecksumSHA256"], base64.b64encode(hashlib.sha256(b"0123456789").digest()).decode())
    api("put-object", "--bucket", BUCKET, "--key", "a/two.txt", "--body", file(b"two"))
    got = s3.get_object(Bucket=BUCKET, Key="a/one.txt", ChecksumMode="ENABLED")
    eq((got["Body"].read(), got["ContentType"], got["Metadata"], got["ChecksumSHA256"]), (b"0123456789", "text/plain", {"who": "ana"}, put["ChecksumSHA256"]))
    eq((body("a/one.txt", Range="bytes=2-4"), body("a/one.txt", Range="bytes=-3"), body("a/one.txt", Range="bytes=8-")), (b"234", b"789", b"89"))
    part = s3.get_object(Bucket=BUCKET, Key="a/one.txt", Range="bytes=2-4")
    eq((part["ContentRange"], part["ResponseMetadata"]["HTTPStatusCode"]), ("bytes 2-4/10", 206))
    refused("InvalidRange", "not satisfiable", s3.get_object, Bucket=BUCKET, Key="a/one.txt", Range="bytes=20-30")
    target = file(b"")
    eq(api("get-object", "--bucket", BUCKET, "--key", "a/two.txt", target)["ContentLength"], 3)
    eq(pathlib.Path(target).read_bytes(), b"two")
    eq(s3.head_object(Bucket=BUCKET, Key="a/one.txt")["ContentLength"], 10)
    eq(api("head-object", "--bucket", BUCKET, "--key", "a/one.txt")["Metadata"], {"who": "ana"})
    refused("PreconditionFailed", "pre-conditions", s3.get_object, Bucket=BUCKET, Key="a/one.txt", IfMatch='"0"')
    refused("304", "Not Modified", s3.get_object, Bucket=BUCKET, Key="a/one.txt", IfNoneMatch=put["ETag"])
    refused("PreconditionFailed", "pre-conditions", s3.put_object, Bucket=BUCKET, Key="a/one.txt", Body=b"x", IfNoneMatch="*")
    refused("NoSuchKey", "does not exist", s3.get_object, Bucket=BUCKET, Key="none")
    refused("BadDigest", "", s3.put_object, Bucket=BUCKET, Key="bad", Body=b"x", ChecksumSHA256=put["ChecksumSHA256"])


def test_lists_of_objects():
    for n in range(25):
        s3.put_object(Bucket=OTHER, Key=f"list/{n:02}", Body=b"")
    s3.put_object(Bucket=OTHER, Key="top", Body=b"")
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=OTHER, Prefix="list/", PaginationConfig={"PageSize": 10}))
    eq([len(p["Contents"]) for p in pages], [10, 10, 5])
    eq(sum(len(p["Contents"]) for p in s3.get_paginator("list_objects").paginate(Bucket=OTHER, PaginationConfig={"PageSize": 7})), 26)
    folders = api("list-objects-v2", "--bucket", OTHER, "--delimiter", "/")
    eq(([p["Prefix"] for p in folders["CommonPrefixes"]], [c["Key"] for c in folders["Contents"]]), (["list/"], ["top"]))
    eq(len(api("list-objects", "--bucket", OTHER, "--prefix", "list/2")["Contents"]), 5)


def test_versions():
    s3.put_bucket_versioning(Bucket=OTHER, VersioningConfiguration={"Status": "Enabled"})
    eq(api("get-bucket-versioning", "--bucket", OTHER)["Status"], "Enabled")
    first = s3.put_object(Bucket=OTHER, Key="v", Body=b"first")["VersionId"]
    second = s3.put_object(Bucket=OTHER, Key="v", Body=b"second")["VersionId"]
    eq((body("v", OTHER), body("v", OTHER, VersionId=first)), (b"second", b"first"))
    marker = s3.delete_object(Bucket=OTHER, Key="v")
    eq(marker["DeleteMarker"], True)
    refused("NoSuchKey", "", s3.get_object, Bucket=OTHER, Key="v")
    listed = s3.list_object_versions(Bucket=OTHER, Prefix="v")
    eq(([v["VersionId"] for v in listed["Versions"]], [m["VersionId"] for m in listed["DeleteMarkers"]]), ([second, first], [marker["VersionId"]]))
    eq(len(api("list-object-versions", "--bucket", OTHER, "--prefix", "v")["Versions"]), 2)
    api("delete-object", "--bucket", OTHER, "--key", "v", "--version-id", marker["VersionId"])
    eq(body("v", OTHER), b"second")
    api("put-bucket-versioning", "--bucket", OTHER, "--versioning-configuration", "Status=Suspended")
    eq(s3.put_object(Bucket=OTHER, Key="v", Body=b"null").get("VersionId"), "null")
    eq(s3.get_bucket_versioning(Bucket=OTHER)["Status"], "Suspended")


def test_copies_and_tags():
    s3.put_object(Bucket=BUCKET, Key="tagged", Body=b"t", Tagging="team=lab&stage=one")
    eq(s3.get_object(Bucket=BUCKET, Key="tagged")["TagCount"], 2)
    eq(s3.get_object_tagging(Bucket=BUCKET, Key="tagged")["TagSet"], [{"Key": "team", "Value": "lab"}, {"Key": "stage", "Value": "one"}])
    copied = s3.copy_object(Bucket=OTHER, Key="copy", CopySource={"Bucket": BUCKET, "Key": "tagged"})
    eq(copied["CopyObjectResult"]["ETag"], f'"{hashlib.md5(b"t").hexdigest()}"')
    eq(len(s3.get_object_tagging(Bucket=OTHER, Key="copy")["TagSet"]), 2)
    api("copy-object", "--bucket", OTHER, "--key", "copy2", "--copy-source", f"{BUCKET}/tagged", "--tagging-directive", "REPLACE", "--tagging", "new=1", "--metadata-directive", "REPLACE", "--content-type", "text/x")
    eq((s3.head_object(Bucket=OTHER, Key="copy2")["ContentType"], api("get-object-tagging", "--bucket", OTHER, "--key", "copy2")["TagSet"]), ("text/x", [{"Key": "new", "Value": "1"}]))
    refused("InvalidRequest", "copy an object to itself", s3.copy_object, Bucket=BUCKET, Key="tagged", CopySource={"Bucket": BUCKET, "Key": "tagged"})
    s3.put_object_tagging(Bucket=BUCKET, Key="tagged", Tagging={"TagSet": [{"Key": "x", "Value": "y"}]})
    api("put-object-tagging", "--bucket", OTHER, "--key", "copy", "--tagging", {"TagSet": [{"Key": "x", "Value": "z"}]})
    eq(s3.get_object_tagging(Bucket=OTHER, Key="copy")["TagSet"], [{"Key": "x", "Value": "z"}])
    s3.delete_object_tagging(Bucket=BUCKET, Key="tagged")
    api("delete-object-tagging", "--bucket", OTHER, "--key", "copy")
    eq(s3.get_object_tagging(Bucket=BUCKET, Key="tagged")["TagSet"], [])
    many = [{"Key": str(n), "Value": ""} for n in range(11)]
    refused("BadRequest", "greater than 10", s3.put_object_tagging, Bucket=BUCKET, Key="tagged", Tagging={"TagSet": many})
    refused("NoSuchKey", "", s3.get_object_tagging, Bucket=BUCKET, Key="none")


def test_multipart_by_hand():
    one, two = b"a" * (5 * MIB), b"b" * 1000
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="big", ContentType="text/plain", Metadata={"m": "1"}, ChecksumAlgorithm="SHA256")["UploadId"]
    ids = dict(Bucket=BUCKET, Key="big", UploadId=upload)
    parts = [s3.upload_part(PartNumber=n, Body=b, ChecksumAlgorithm="SHA256", **ids) for n, b in ((1, one), (2, two))]
    listed = s3.list_parts(**ids)["Parts"]
    eq([(p["PartNumber"], p["Size"]) for p in listed], [(1, len(one)), (2, len(two))])
    eq([p["PartNumber"] for p in s3.list_parts(MaxParts=1, PartNumberMarker=1, **ids)["Parts"]], [2])
    eq([u["UploadId"] for u in s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]], [upload])
    told = [{"PartNumber": n, "ETag": p["ETag"], "ChecksumSHA256": p["ChecksumSHA256"]} for n, p in enumerate(parts, 1)]
    refused("InvalidPartOrder", "ascending", s3.complete_multipart_upload, MultipartUpload={"Parts": told[::-1]}, **ids)
    refused("InvalidPart", "could not be found", s3.complete_multipart_upload, MultipartUpload={"Parts": [{**told[0], "ETag": '"0"'}]}, **ids)
    refused("InvalidArgument", "between 1 and 10000", s3.upload_part, PartNumber=10_001, Body=b"", **ids)
    done = s3.complete_multipart_upload(MultipartUpload={"Parts": told}, **ids)
    md5s = hashlib.md5(one).digest() + hashlib.md5(two).digest()
    eq(done["ETag"], f'"{hashlib.md5(md5s).hexdigest()}-2"')
    shas = hashlib.sha256(hashlib.sha256(one).digest() + hashlib.sha256(two).digest()).digest()
    eq((done["ChecksumSHA256"], done["ChecksumType"]), (base64.b64encode(shas).decode() + "-2", "COMPOSITE"))
    head = s3.head_object(Bucket=BUCKET, Key="big", PartNumber=2)
    eq((head["PartsCount"], head["ContentLength"], head["Metadata"]), (2, 1000, {"m": "1"}))
    eq((body("big", PartNumber=2), body("big") == one + two), (two, True))
    refused("NoSuchUpload", "does not exist", s3.list_parts, **ids)


def test_multipart_by_the_cli_copies_and_aborts():
    path = file(b"c" * (5 * MIB))
    upload = api("create-multipart-upload", "--bucket", BUCKET, "--key", "cli")["UploadId"]
    ids = ("--bucket", BUCKET, "--key", "cli", "--upload-id", upload)
    first = api("upload-part", *ids, "--part-number", "1", "--body", path)["ETag"]
    second = api("upload-part-copy", *ids, "--part-number", "2", "--copy-source", f"{BUCKET}/a/one.txt", "--copy-source-range", "bytes=0-3")["CopyPartResult"]["ETag"]
    eq(len(api("list-parts", *ids)["Parts"]), 2)
    eq(api("list-multipart-uploads", "--bucket", BUCKET)["Uploads"][0]["Key"], "cli")
    parts = {"Parts": [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": second}]}
    done = api("complete-multipart-upload", *ids, "--multipart-upload", parts)
    assert done["ETag"].endswith('-2"') and done["ChecksumType"] == "FULL_OBJECT", done
    eq(body("cli")[-5:], b"c0123")
    for abort in (lambda i: s3.abort_multipart_upload(Bucket=BUCKET, Key="gone", UploadId=i), lambda i: api("abort-multipart-upload", "--bucket", BUCKET, "--key", "gone", "--upload-id", i)):
        upload = s3.create_multipart_upload(Bucket=BUCKET, Key="gone")["UploadId"]
        s3.upload_part_copy(Bucket=BUCKET, Key="gone", UploadId=upload, PartNumber=1, CopySource={"Bucket": BUCKET, "Key": "a/one.txt"})
        abort(upload)
        refused("NoSuchUpload", "", s3.upload_part, Bucket=BUCKET, Key="gone", UploadId=upload, PartNumber=1, Body=b"")
    small = s3.create_multipart_upload(Bucket=BUCKET, Key="small")["UploadId"]
    tags = [s3.upload_part(Bucket=BUCKET, Key="small", UploadId=small, PartNumber=n, Body=b"x")["ETag"] for n in (1, 2)]
    refused("EntityTooSmall", "smaller", s3.complete_multipart_upload, Bucket=BUCKET, Key="small", UploadId=small, MultipartUpload={"Parts": [{"PartNumber": n, "ETag": t} for n, t in enumerate(tags, 1)]})
    s3.abort_multipart_upload(Bucket=BUCKET, Key="small", UploadId=small)


def test_transfers_split_large_files_by_themselves():
    content = bytes(range(256)) * (40 * MIB // 1024)
    s3.upload_fileobj(io.BytesIO(content), BUCKET, "managed")
    assert s3.head_object(Bucket=BUCKET, Key="managed")["ETag"].count("-") == 1
    out = io.BytesIO()
    s3.download_fileobj(BUCKET, "managed", out)
    eq(out.getvalue() == content, True)
    cli("s3", "cp", file(content), f"s3://{BUCKET}/by-cli", parse=False)
    eq(body("by-cli") == content, True)


def test_presigned_addresses():
    for version in ("s3v4", "s3"):
        client = boto("s3", config=Config(signature_version=version, retries={"max_attempts": 1}))
        address = client.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "a/one.txt"})
        eq(urllib.request.urlopen(address).read(), b"0123456789")
    address = s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "by-address"})
    urllib.request.urlopen(urllib.request.Request(address, data=b"put", method="PUT"))
    eq(body("by-address"), b"put")
    eq(urllib.request.urlopen(cli("s3", "presign", f"s3://{BUCKET}/by-address", parse=False).strip()).read(), b"put")
    try:
        urllib.request.urlopen(address.split("?")[0])
        raise AssertionError("a stranger reads")
    except urllib.error.HTTPError as error:
        eq(error.code, 403)


def test_the_end():
    refused("BucketNotEmpty", "not empty", s3.delete_bucket, Bucket=BUCKET)
    keys = [{"Key": o["Key"]} for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    api("delete-objects", "--bucket", BUCKET, "--delete", {"Objects": keys[:1]})
    eq(s3.delete_objects(Bucket=BUCKET, Delete={"Objects": keys[1:]}).get("Errors"), None)
    s3.delete_bucket(Bucket=BUCKET)
    listed = s3.list_object_versions(Bucket=OTHER)
    for entry in listed["Versions"] + listed.get("DeleteMarkers", []):
        s3.delete_object(Bucket=OTHER, Key=entry["Key"], VersionId=entry["VersionId"])
    api("delete-bucket", "--bucket", OTHER)
    refused("404", "", s3.head_bucket, Bucket=OTHER)
