//! The foreign clients: AWS CLI, boto3 and moto's server in a private Python environment under the build folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Outcome, execute, say, target_dir};

/// What is installed, with the versions that the checks were written against. `awscli` is the AWS CLI that PyPI has.
const PACKAGES: &[&str] = &["awscli>=1.45,<2", "boto3>=1.43,<2", "moto[server,iam,s3,logs,cloudwatch]>=5.2,<6", "duckdb>=1.1,<2"];

/// Makes the environment if needed and returns its folder.
pub fn prepare() -> Outcome<PathBuf> {
    let dir = target_dir().join("foreign-clients");
    let stamp = dir.join("installed.txt");
    let wanted = PACKAGES.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(dir);
    }
    say("Installing the AWS CLI, boto3 and moto's server into a private Python environment");
    execute(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&dir))?;
    let pip = python(&dir);
    execute(Command::new(pip).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES))?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("cannot write {}: {error}", stamp.display()))?;
    Ok(dir)
}

fn python(dir: &Path) -> PathBuf {
    if cfg!(windows) { dir.join("Scripts/python.exe") } else { dir.join("bin/python") }
}
