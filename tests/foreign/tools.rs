//! Starting servers and clients, and ending the ones we started.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// A program of the Python environment that `cargo xtask test` made.
pub fn tool(name: &str) -> PathBuf {
    let dir = std::env::var_os("OUTCROP_FOREIGN_CLIENTS")
        .expect("run this through `cargo xtask test foreign`, which installs the clients and sets OUTCROP_FOREIGN_CLIENTS");
    PathBuf::from(dir).join("bin").join(name)
}

/// A server process that ends with the test.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ending a process that has ended already is no failure of the test.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// `outcrop sandbox` on a free port; ready when it has printed its address.
pub fn sandbox() -> Server {
    let mut child = Command::new(env!("CARGO_BIN_EXE_outcrop"))
        .args(["sandbox", "--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines
        .find_map(|line| line.unwrap().strip_prefix("export AWS_ENDPOINT_URL=").map(str::to_owned))
        .expect("the sandbox prints its address");
    std::thread::Builder::new().name("drain".to_owned()).spawn(move || lines.for_each(drop)).unwrap();
    Server { child, url }
}

/// moto's server on a free port; ready when it answers.
pub fn moto() -> Server {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new(tool("moto_server"))
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server { child, url: format!("http://127.0.0.1:{port}") };
    let answers = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
    let ready = (0..600).any(|_| {
        answers() || {
            std::thread::sleep(std::time::Duration::from_millis(100));
            false
        }
    });
    assert!(ready, "moto's server did not start within a minute");
    server
}

/// What `outcrop sandbox operations` prints.
pub fn operations() -> String {
    printed(&Command::new(env!("CARGO_BIN_EXE_outcrop")).args(["sandbox", "operations"]).output().unwrap())
}

/// Runs a client against `server` with the sandbox's credentials and nothing else of the caller's AWS settings.
pub fn client(program: &str, server: &Server, args: &[&str]) -> Output {
    client_with(program, server, args, &[])
}

/// As [`client`], with more variables.
pub fn client_with(program: &str, server: &Server, args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(tool(program));
    let foreign = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("AWS_"));
    for name in foreign {
        command.env_remove(name);
    }
    command
        .args(args)
        .envs(variables.iter().copied())
        .env("AWS_ENDPOINT_URL", &server.url)
        .env("AWS_ACCESS_KEY_ID", "OUTCROPSANDBOX00")
        .env("AWS_SECRET_ACCESS_KEY", "sandbox");
    command
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_PAGER", "")
        .env("AWS_CONFIG_FILE", "/nonexistent")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    command.output().unwrap()
}

/// What a client printed; its failure is ours.
pub fn printed(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the client failed ({}):\n{out}\n{err}", output.status);
    out.into_owned()
}

/// The policies of the lab as words to put into a command line.
pub fn policies(group: &str, bucket: &str) -> [(&'static str, &'static str); 3] {
    let condition = r#""Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:us-east-1:123456789012:*"}}"#;
    let service = r#""Principal":{"Service":"bedrock.amazonaws.com"}"#;
    let document = |statement: String| -> &'static str {
        Box::leak(format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{statement}}}]}}"#).into_boxed_str())
    };
    let stream = format!("arn:aws:logs:us-east-1:123456789012:log-group:{group}:log-stream:aws/bedrock/modelinvocations");
    let objects = format!("arn:aws:s3:::{bucket}/AWSLogs/123456789012/BedrockModelInvocationLogs/*");
    [
        ("TRUST_POLICY", document(format!(r#"{service},"Action":"sts:AssumeRole",{condition}"#))),
        ("ROLE_POLICY", document(format!(r#""Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"{stream}""#))),
        ("BUCKET_POLICY", document(format!(r#"{service},"Action":"s3:PutObject","Resource":"{objects}",{condition}"#))),
    ]
}
