"""STS: who calls."""

from harness import ACCOUNT, boto, cli, eq

COVERS = "sts"
ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/WSParticipantRole/Participant"


def test_the_caller_is_the_workshop_participant():
    found = boto("sts").get_caller_identity()
    eq((found["Account"], found["Arn"]), (ACCOUNT, ARN))
    eq(cli("sts", "get-caller-identity")["Arn"], ARN)


def test_another_access_key_is_another_user():
    stranger = boto("sts", aws_access_key_id="AKIAOTHER", aws_secret_access_key="any")
    eq(stranger.get_caller_identity()["Arn"], f"arn:aws:iam::{ACCOUNT}:user/AKIAOTHER")
