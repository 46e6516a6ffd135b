//! Foreign clients: the AWS CLI and boto3 against the sandbox, and the program against a foreign AWS.
