"""IAM: roles, users with access keys, inline and managed policies, tags, simulation, and denials that are real."""

import json

from botocore.exceptions import ClientError

from harness import ACCOUNT, REGION, advance, boto, cli, cli_refused, eq, refused

COVERS = "iam"
iam = boto("iam")
ROLE, USER = "conformance-role", "conformance-user"


def document(*actions, effect="Allow", resource="*", **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": list(actions), "Resource": resource, **more}]})


TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "sts:AssumeRole"}]})


def test_roles():
    arn = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "a", "Value": "1"}])["Role"]["Arn"]
    eq(arn, f"arn:aws:iam::{ACCOUNT}:role/{ROLE}")
    cli("iam", "create-role", "--role-name", "by-cli", "--assume-role-policy-document", TRUST)
    refused("EntityAlreadyExists", "already exists", iam.create_role, RoleName=ROLE.upper(), AssumeRolePolicyDocument=TRUST)
    refused("MalformedPolicyDocument", "", iam.create_role, RoleName="x", AssumeRolePolicyDocument="{}")
    eq(iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"], json.loads(TRUST))
    eq(cli("iam", "get-role", "--role-name", "by-cli")["Role"]["Path"], "/")
    assert {r["RoleName"] for r in iam.list_roles()["Roles"]} >= {ROLE, "by-cli"}
    assert ROLE in [r["RoleName"] for r in cli("iam", "list-roles")["Roles"]]
    iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=TRUST)
    cli("iam", "update-assume-role-policy", "--role-name", ROLE, "--policy-document", TRUST)


def test_tags_of_roles_and_users():
    iam.create_user(UserName=USER)
    for kind, name in (("role", ROLE), ("user", USER)):
        member = {f"{kind.title()}Name": name}
        getattr(iam, f"tag_{kind}")(Tags=[{"Key": "b", "Value": "2"}, {"Key": "c", "Value": "3"}], **member)
        cli("iam", f"tag-{kind}", f"--{kind}-name", name, "--tags", "Key=d,Value=4")
        getattr(iam, f"untag_{kind}")(TagKeys=["b"], **member)
        cli("iam", f"untag-{kind}", f"--{kind}-name", name, "--tag-keys", "d")
        assert {"Key": "c", "Value": "3"} in getattr(iam, f"list_{kind}_tags")(**member)["Tags"]
        eq([t["Key"] for t in cli("iam", f"list-{kind}-tags", f"--{kind}-name", name)["Tags"] if t["Key"] != "a"], ["c"])


def test_inline_policies():
    for kind, name in (("role", ROLE), ("user", USER)):
        member = {f"{kind.title()}Name": name}
        getattr(iam, f"put_{kind}_policy")(PolicyName="one", PolicyDocument=document("logs:*"), **member)
        cli("iam", f"put-{kind}-policy", f"--{kind}-name", name, "--policy-name", "two", "--policy-document", document("s3:*"))
        eq(getattr(iam, f"list_{kind}_policies")(**member)["PolicyNames"], ["one", "two"])
        eq(cli("iam", f"list-{kind}-policies", f"--{kind}-name", name)["PolicyNames"], ["one", "two"])
        eq(getattr(iam, f"get_{kind}_policy")(PolicyName="two", **member)["PolicyDocument"], json.loads(document("s3:*")))
        eq(cli("iam", f"get-{kind}-policy", f"--{kind}-name", name, "--policy-name", "one")["PolicyDocument"], json.loads(document("logs:*")))
        getattr(iam, f"delete_{kind}_policy")(PolicyName="one", **member)
        cli("iam", f"delete-{kind}-policy", f"--{kind}-name", name, "--policy-name", "two")
        refused("NoSuchEntity", f"The {kind} policy with name one", getattr(iam, f"delete_{kind}_policy"), PolicyName="one", **member)


def test_managed_policies_and_their_versions():
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=document("logs:*"), Description="for tests", Tags=[{"Key": "a", "Value": "1"}])["Policy"]["Arn"]
    other = cli("iam", "create-policy", "--policy-name", "by-cli", "--policy-document", document("s3:*"))["Policy"]["Arn"]
    refused("EntityAlreadyExists", "already exists", iam.create_policy, PolicyName="managed", PolicyDocument=document("s3:*"))
    eq((iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"], cli("iam", "get-policy", "--policy-arn", other)["Policy"]["AttachmentCount"]), ("v1", 0))
    eq({p["PolicyName"] for p in iam.list_policies(Scope="Local")["Policies"]}, {"managed", "by-cli"})
    assert "AmazonBedrockFullAccess" in [p["PolicyName"] for p in cli("iam", "list-policies", "--scope", "AWS")["Policies"]]
    eq(iam.create_policy_version(PolicyArn=arn, PolicyDocument=document("s3:*"), SetAsDefault=True)["PolicyVersion"]["VersionId"], "v2")
    cli("iam", "create-policy-version", "--policy-arn", arn, "--policy-document", document("sns:*"))
    eq([(v["VersionId"], v["IsDefaultVersion"]) for v in iam.list_policy_versions(PolicyArn=arn)["Versions"]], [("v3", False), ("v2", True), ("v1", False)])
    eq(len(cli("iam", "list-policy-versions", "--policy-arn", arn)["Versions"]), 3)
    eq(iam.get_policy_version(PolicyArn=arn, VersionId="v3")["PolicyVersion"]["Document"], json.loads(document("sns:*")))
    eq(cli("iam", "get-policy-version", "--policy-arn", arn, "--version-id", "v1")["PolicyVersion"]["Document"], json.loads(document("logs:*")))
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    cli("iam", "set-default-policy-version", "--policy-arn", arn, "--version-id", "v3")
    refused("DeleteConflict", "default version", iam.delete_policy_version, PolicyArn=arn, VersionId="v3")
    refused("DeleteConflict", "more than one version", iam.delete_policy, PolicyArn=arn)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    cli("iam", "delete-policy-version", "--policy-arn", arn, "--version-id", "v2")
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    cli("iam", "tag-policy", "--policy-arn", arn, "--tags", "Key=c,Value=3")
    iam.untag_policy(PolicyArn=arn, TagKeys=["a"])
    cli("iam", "untag-policy", "--policy-arn", arn, "--tag-keys", "b")
    eq(iam.list_policy_tags(PolicyArn=arn)["Tags"], cli("iam", "list-policy-tags", "--policy-arn", arn)["Tags"])
    for kind, name in (("role", ROLE), ("user", USER)):
        member = {f"{kind.title()}Name": name}
        getattr(iam, f"attach_{kind}_policy")(PolicyArn=arn, **member)
        cli("iam", f"attach-{kind}-policy", f"--{kind}-name", name, "--policy-arn", other)
        eq([p["PolicyArn"] for p in getattr(iam, f"list_attached_{kind}_policies")(**member)["AttachedPolicies"]], [arn, other])
        eq(len(cli("iam", f"list-attached-{kind}-policies", f"--{kind}-name", name)["AttachedPolicies"]), 2)
    entities = iam.list_entities_for_policy(PolicyArn=arn)
    eq(([r["RoleName"] for r in entities["PolicyRoles"]], [u["UserName"] for u in entities["PolicyUsers"]]), ([ROLE], [USER]))
    eq(cli("iam", "list-entities-for-policy", "--policy-arn", other)["PolicyRoles"][0]["RoleName"], ROLE)
    refused("DeleteConflict", "attached to entities", iam.delete_policy, PolicyArn=arn)
    refused("DeleteConflict", "detach all policies first", iam.delete_role, RoleName=ROLE)
    for kind, name in (("role", ROLE), ("user", USER)):
        getattr(iam, f"detach_{kind}_policy")(PolicyArn=arn, **{f"{kind.title()}Name": name})
        cli("iam", f"detach-{kind}-policy", f"--{kind}-name", name, "--policy-arn", other)
    iam.delete_policy(PolicyArn=arn)
    cli("iam", "delete-policy", "--policy-arn", other)
    refused("NoSuchEntity", "was not found", iam.get_policy, PolicyArn=arn)
    refused("NoSuchEntity", "was not found", iam.attach_role_policy, RoleName=ROLE, PolicyArn=arn)


def keyed(key):
    return dict(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])


def test_a_policy_per_access_key_makes_denials_real():
    key = iam.create_access_key(UserName=USER)["AccessKey"]
    logs, s3, sts = (boto(n, **keyed(key)) for n in ("logs", "s3", "sts"))
    arn = f"arn:aws:iam::{ACCOUNT}:user/{USER}"
    eq(sts.get_caller_identity()["Arn"], arn)
    refused("AccessDeniedException", f"User: {arn} is not authorized to perform: logs:DescribeLogGroups", logs.describe_log_groups)
    refused("AccessDenied", "s3:ListAllMyBuckets", s3.list_buckets)
    group = "/conformance/iam"
    statements = [{"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:DescribeLogGroups", "logs:DeleteLogGroup"], "Resource": "*"}, {"Effect": "Deny", "Action": "logs:DeleteLogGroup", "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*"}]
    iam.put_user_policy(UserName=USER, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    logs.create_log_group(logGroupName=group)
    refused("AccessDeniedException", "with an explicit deny in an identity-based policy", logs.delete_log_group, logGroupName=group)
    refused("AccessDeniedException", "because no identity-based policy allows the logs:PutRetentionPolicy action", logs.put_retention_policy, logGroupName=group, retentionInDays=7)
    agrees = lambda action, resource: iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[action], ResourceArns=[resource])["EvaluationResults"][0]["EvalDecision"]
    target = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:log-stream:"
    eq([agrees(f"logs:{a}", target) for a in ("CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy")], ["allowed", "explicitDeny", "implicitDeny"])
    eq(cli("iam", "simulate-principal-policy", "--policy-source-arn", arn, "--action-names", "logs:DescribeLogGroups")["EvaluationResults"][0]["EvalDecision"], "allowed")
    boto("logs").delete_log_group(logGroupName=group)
    iam.update_access_key(UserName=USER, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    refused("UnrecognizedClientException", "invalid", logs.describe_log_groups)
    refused("InvalidAccessKeyId", "does not exist", s3.list_buckets)
    cli("iam", "update-access-key", "--user-name", USER, "--access-key-id", key["AccessKeyId"], "--status", "Active")
    logs.describe_log_groups()
    second = cli("iam", "create-access-key", "--user-name", USER)["AccessKey"]
    refused("LimitExceeded", "AccessKeysPerUser", iam.create_access_key, UserName=USER)
    eq(len(iam.list_access_keys(UserName=USER)["AccessKeyMetadata"]), 2)
    eq({k["Status"] for k in cli("iam", "list-access-keys", "--user-name", USER)["AccessKeyMetadata"]}, {"Active"})
    refused("DeleteConflict", "policies first", iam.delete_user, UserName=USER)
    iam.delete_user_policy(UserName=USER, PolicyName="p")
    refused("DeleteConflict", "access keys first", iam.delete_user, UserName=USER)
    iam.delete_access_key(UserName=USER, AccessKeyId=key["AccessKeyId"])
    cli("iam", "delete-access-key", "--user-name", USER, "--access-key-id", second["AccessKeyId"])


def test_passing_a_role_needs_permission():
    iam.create_user(UserName="passer")
    key = iam.create_access_key(UserName="passer")["AccessKey"]
    role = iam.get_role(RoleName=ROLE)["Role"]["Arn"]
    boto("logs").create_log_group(logGroupName="/conformance/pass")
    bedrock = boto("bedrock", **keyed(key))
    config = {"cloudWatchConfig": {"logGroupName": "/conformance/pass", "roleArn": role}}
    iam.put_user_policy(UserName="passer", PolicyName="p", PolicyDocument=document("bedrock:*"))
    refused("AccessDeniedException", f"iam:PassRole on resource: {role}", bedrock.put_model_invocation_logging_configuration, loggingConfig=config)
    passing = lambda service: {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}, {"Effect": "Allow", "Action": "iam:PassRole", "Resource": role, "Condition": {"StringEquals": {"iam:PassedToService": service}}}]}
    iam.put_user_policy(UserName="passer", PolicyName="p", PolicyDocument=json.dumps(passing("lambda.amazonaws.com")))
    refused("AccessDeniedException", "iam:PassRole", bedrock.put_model_invocation_logging_configuration, loggingConfig=config)
    iam.put_user_policy(UserName="passer", PolicyName="p", PolicyDocument=json.dumps(passing("bedrock.amazonaws.com")))
    refused("ValidationException", "Failed to validate permissions", bedrock.put_model_invocation_logging_configuration, loggingConfig=config)
    # What the role may do can come from a managed policy.
    arn = iam.create_policy(PolicyName="write-logs", PolicyDocument=document("logs:CreateLogStream", "logs:PutLogEvents"))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=arn)
    advance(60)
    bedrock.put_model_invocation_logging_configuration(loggingConfig=config)
    eq(bedrock.get_model_invocation_logging_configuration()["loggingConfig"]["cloudWatchConfig"]["roleArn"], role)
    bedrock.delete_model_invocation_logging_configuration()
    iam.detach_role_policy(RoleName=ROLE, PolicyArn=arn)


def test_users_and_the_end():
    cli("iam", "create-user", "--user-name", "by-cli", "--path", "/lab/")
    eq([u["UserName"] for u in iam.list_users(PathPrefix="/lab/")["Users"]], ["by-cli"])
    eq(len(cli("iam", "list-users")["Users"]), 3)
    eq((iam.get_user(UserName=USER)["User"]["Path"], cli("iam", "get-user", "--user-name", "by-cli")["User"]["Path"]), ("/", "/lab/"))
    refused("NoSuchEntity", "The user with name nobody cannot be found.", iam.get_user, UserName="nobody")
    iam.delete_user(UserName=USER)
    cli("iam", "delete-user", "--user-name", "by-cli")
    iam.delete_role(RoleName=ROLE)
    cli("iam", "delete-role", "--role-name", "by-cli")
    cli_refused("NoSuchEntity", "iam", "get-role", "--role-name", ROLE)
