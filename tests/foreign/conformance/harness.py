"""What the conformance suites share: real clients, the AWS CLI in this process, assertions, the sandbox's levers.

Each call of either client is noted with service and operation, so that `run.py` can prove that no operation of the sandbox goes untried.
"""

import contextlib
import io
import json
import os
import time
import urllib.request

import boto3
import botocore.session
from awscli.clidriver import create_clidriver
from botocore.config import Config
from botocore.exceptions import ClientError

REGION, ACCOUNT = "us-east-1", "123456789012"
ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
CONFIG = Config(retries={"max_attempts": 1}, parameter_validation=True)

# (client, IAM-style service prefix, operation)
tried = set()
PREFIX = {"monitoring": "cloudwatch", "email": "ses", "servicequotas": "servicequotas"}


def note(client, model):
    service = model.service_model.signing_name
    tried.add((client, PREFIX.get(service, service), model.name))


def boto(service, **options):
    """A boto3 client; `options` as for boto3.client."""
    options.setdefault("region_name", REGION)
    client = boto3.client(service, config=options.pop("config", CONFIG), **options)
    client.meta.events.register("before-call.*.*", lambda model, **_: note("boto3", model))
    return client


def cli(*args, parse=True):
    """Runs `aws ARGS` in this process; its JSON output, its text with `parse=False`, or None when it prints nothing. Fails as the CLI does."""
    driver = create_clidriver()
    driver.session.register("before-call.*.*", lambda model, **_: note("cli", model))
    out, err = io.StringIO(), io.StringIO()
    out.buffer = io.BytesIO()  # streaming outputs are written as bytes
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = driver.main([str(a) if not isinstance(a, (dict, list)) else json.dumps(a) for a in args])
    text = out.getvalue() + out.buffer.getvalue().decode()
    if status != 0:
        raise CliError(status, err.getvalue().strip(), args)
    return (json.loads(text) if text.strip() else None) if parse else text


def lacks(service, operation, *command):
    """Proves that the AWS CLI has no such command, so that the operation need not be tried with it."""
    commands = create_clidriver().create_help_command().command_table[command[0]].create_help_command().command_table
    assert command[1] not in commands, f"the AWS CLI has {command} after all: try it"
    tried.add(("cli", service, operation))


class CliError(Exception):
    def __init__(self, status, text, args):
        super().__init__(f"aws {' '.join(map(str, args))} ended with {status}: {text}")
        self.text = text


def eq(found, wanted, what=""):
    assert found == wanted, f"{what or 'value'}: found {found!r}, wanted {wanted!r}"


def near(found, wanted, tolerance=1e-6, what=""):
    assert abs(found - wanted) <= tolerance, f"{what or 'value'}: found {found!r}, wanted {wanted!r}"


def refused(code, text, call, **kwargs):
    """`call` must fail with this error code and a message that contains `text`; returns the whole error response."""
    try:
        call(**kwargs)
    except ClientError as error:
        eq(error.response["Error"]["Code"], code, f"error code ({error})")
        assert text in error.response["Error"]["Message"], f"message: {error}"
        return error.response
    raise AssertionError(f"{call.__name__}({kwargs}) should fail with {code}")


def cli_refused(code, *args):
    """`aws ARGS` must fail with this error code."""
    try:
        cli(*args)
    except CliError as error:
        assert code in error.text, error
        return error.text
    raise AssertionError(f"aws {args} should fail with {code}")


def until(what, check, seconds=30):
    """Waits until `check()` is true and returns its value."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for: {what}")


def lever(path, **body):
    """Pulls a lever of the sandbox (`/_outcrop/PATH`): POST with a body, GET without."""
    data = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}/_outcrop/{path}", data=data)) as reply:
        return json.load(reply)


def now():
    """The sandbox's time, epoch seconds: not the wall's once the clock has leapt."""
    return lever("status")["nowMs"] / 1000


def advance(seconds):
    """Lets the sandbox's time leap; what happens by itself happens on the way."""
    return lever("clock", advanceSeconds=seconds)
