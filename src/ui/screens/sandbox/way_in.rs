//! The way in for other programs: address and variables.

use egui::Ui;

use crate::app::sandbox::SandboxView;
use crate::ui::widgets::{Card, CodeBlock, body};

/// The card.
pub fn ui(ui: &mut Ui, view: &SandboxView) {
    Card::new("From your own terminal").subtitle("AWS CLI, boto3, any SDK").show(ui, |ui| {
        body(
            ui,
            "Paste this into a terminal; the AWS CLI and scripts there then work in this account. It is reachable from this machine only",
        );
        CodeBlock::shell(&variables(&view.files.url)).name("Variables for a terminal").show(ui);
    });
}

fn variables(url: &str) -> String {
    format!(
        "export AWS_ENDPOINT_URL={url}\nexport AWS_ACCESS_KEY_ID=OUTCROPSANDBOX00\nexport AWS_SECRET_ACCESS_KEY=outcrop-sandbox-secret\n\
         export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1\nexport AWS_DISABLE_HOST_PREFIX_INJECTION=true\nunset AWS_PROFILE AWS_SESSION_TOKEN AWS_BEARER_TOKEN_BEDROCK"
    )
}
