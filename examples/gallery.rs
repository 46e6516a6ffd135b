//! A window with every house widget, to look at them: `cargo run --example gallery -- [dark|light] [zoom]`.

use eframe::egui;
use outcrop::app::settings::ThemeChoice;
use outcrop::ui::icons;
use outcrop::ui::theme::{self, Theme, Tone, size};
use outcrop::ui::widgets::{self, Busy, Card, Chip, CodeBlock, Empty, ErrorPanel, Field, KeyValues, Push, Verdict};

const MARKDOWN: &str = "## Why a role\n\nBedrock writes your log records **itself**, so it needs a *role* that it may assume: see `sts:AssumeRole`, the [IAM docs](https://docs.aws.amazon.com/iam) or [step 4](lab:4).\n\n1. trust policy\n2. permission policy\n   - only `logs:PutLogEvents`\n   - only one stream\n\n> The sandbox is as strict as AWS.\n\n| Destination | Delay | Cost |\n|---|---|---|\n| CloudWatch Logs | seconds | per GB |\n| S3 | minutes | **least** |\n\n```json\n{\"Effect\": \"Allow\"}\n```\n";

fn main() -> eframe::Result {
    let mut args = std::env::args().skip(1);
    let mode = if args.next().as_deref() == Some("light") { ThemeChoice::Light } else { ThemeChoice::Dark };
    let zoom = args.next().and_then(|zoom| zoom.parse().ok()).unwrap_or(1.0);
    let options =
        eframe::NativeOptions { viewport: egui::ViewportBuilder::default().with_inner_size([1440.0, 900.0]), ..Default::default() };
    eframe::run_native(
        "Gallery",
        options,
        Box::new(move |cc| {
            theme::install(&cc.egui_ctx);
            theme::apply(&cc.egui_ctx, mode);
            cc.egui_ctx.set_zoom_factor(zoom);
            Ok(Box::new(Gallery::default()))
        }),
    )
}

struct Gallery {
    name: String,
    bad_name: String,
    notes: String,
    range: u8,
    on: bool,
    off: bool,
    slider: f32,
    pick: usize,
    tree: widgets::JsonTree,
}

impl Default for Gallery {
    fn default() -> Self {
        Self {
            name: "outcrop-bedrock-logging".to_owned(),
            bad_name: "Outcrop_Lab".to_owned(),
            notes: String::new(),
            range: 1,
            on: true,
            off: false,
            slider: 0.4,
            pick: 0,
            tree: widgets::JsonTree::default(),
        }
    }
}

impl eframe::App for Gallery {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        egui::CentralPanel::default().show(ui, |ui| {
            egui::ScrollArea::vertical().show(ui, |ui| {
                let width = (ui.available_width() - 32.0) / 3.0;
                ui.horizontal_top(|ui| {
                    for column in [Self::first, Self::second, Self::third] {
                        ui.vertical(|ui| {
                            ui.set_width(width);
                            column(self, ui);
                        });
                    }
                });
                all_icons(ui);
            });
        });
    }
}

impl Gallery {
    fn first(&mut self, ui: &mut egui::Ui) {
        widgets::title(ui, "4 · Service role");
        ui.horizontal_wrapped(|ui| {
            widgets::chip(ui, Tone::Accent, "SANDBOX");
            widgets::chip(ui, Tone::Neutral, "us-east-1");
            ui.add(Chip::new(Tone::Neutral, "1234 **** 9012").dot(Tone::Ok).clickable());
            ui.add(Chip::new(Tone::Ok, "in order").with_icon(icons::CHECK));
            widgets::chip(ui, Tone::Warn, "throttled");
            widgets::chip(ui, Tone::Error, "AccessDenied");
        });
        widgets::body(
            ui,
            "Bedrock writes your log records itself, so it needs a role that it may assume and that allows just two actions on one log stream. Read both policies before you create anything → they say who and what for.",
        );
        ui.horizontal_wrapped(|ui| {
            ui.add(Push::primary("Create role").shortcut("Ctrl Enter"));
            widgets::secondary(ui, "Check again");
            widgets::quiet(ui, "Hint");
            widgets::icon_button(ui, icons::REFRESH_CW, "Refresh");
            ui.add(Push::danger("Delete").with_icon(icons::TRASH_2));
            ui.add(Push::secondary("Stop").blocked_by(Some("nothing runs")));
            ui.add(Push::primary("Run").with_icon(icons::PLAY).enabled(false));
        });
        Card::new("Role").subtitle("nothing has run yet").show_with(
            ui,
            |ui| {
                widgets::quiet(ui, "Copy");
            },
            |ui| {
                widgets::choice(ui, &mut self.range, &[(1, "New role"), (2, "Existing role"), (3, "3h")]);
                Field::new("Role name", &mut self.name)
                    .mono()
                    .verdict(Some(&Verdict::ok("free in this account, 23 of 64 characters")))
                    .show(ui);
                Field::new("Bucket name", &mut self.bad_name)
                    .mono()
                    .verdict(Some(&Verdict::error("only lower-case letters, digits, dots and hyphens")))
                    .show(ui);
                Field::new("Notes", &mut self.notes).rows(3).hint("Anything you want to remember").show(ui);
            },
        );
        widgets::toggle(ui, &mut self.on, "Deliver text");
        widgets::toggle(ui, &mut self.off, "Deliver images");
        widgets::checkbox(ui, &mut self.on, "Block public access");
        ui.add(egui::Slider::new(&mut self.slider, 0.0..=1.0).text("temperature"));
        egui::ComboBox::from_label("Model").selected_text(format!("model {}", self.pick)).show_ui(ui, |ui| {
            for i in 0..4 {
                ui.selectable_value(&mut self.pick, i, format!("model {i}"));
            }
        });
        ui.add(egui::DragValue::new(&mut self.slider));
        ui.hyperlink_to("a link", "https://example.com");
    }

    fn second(&mut self, ui: &mut egui::Ui) {
        Card::new("Permission policy").rule().show(ui, |ui| {
            CodeBlock::json("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\n    \"Effect\": \"Allow\",\n    \"Action\": [\"logs:CreateLogStream\", \"logs:PutLogEvents\"],\n    \"Resource\": \"arn:aws:logs:us-east-1:123456789012:log-group:bedrock-logs:log-stream:aws/bedrock/modelinvocations\",\n    \"Max\": 12, \"On\": true\n  }]\n}").name("permission policy").show(ui);
            CodeBlock::shell("aws iam create-role --role-name outcrop-bedrock-logging --assume-role-policy-document file://trust.json").show(ui);
        });
        let _action = ErrorPanel::new("Bedrock refused the logging configuration")
            .why("The role cannot write to the log group yet: IAM needs some seconds to spread")
            .remedy("Wait ten seconds and try again; the program does it for you three times")
            .details("ValidationException: Failed to validate permissions for log group: bedrock-logs, with role: …")
            .retry("Try again")
            .show(ui);
        widgets::banner(ui, Tone::Warn, "AWS_ENDPOINT_URL is set: calls would go to http://localhost:4566 and not to AWS");
        widgets::banner(ui, Tone::Accent, "A hint of the lab's author");
        KeyValues::new(ui, 96.0)
            .copy("Request", "eb9487e4-d2ca-1572-9d00-2f0b14ad5a11")
            .mono("Model", "us.anthropic.claude-sonnet-4-6")
            .row("Principal", "WSParticipantRole/Participant")
            .row("Tokens", "93 in · 412 out");
        Busy::new("Creating the role…").detail("2 of 4").cancel("Stop").show(ui);
        widgets::fraction_bar(ui, self.slider, "Progress");
        widgets::status(ui, Tone::Ok, "Done");
        widgets::status(ui, Tone::Warn, "Throttled, retried");
        widgets::status(ui, Tone::Error, "Failed");
        widgets::status(ui, Tone::Neutral, "Not started");
        widgets::status(ui, Tone::Accent, "Running");
    }
}

impl Gallery {
    fn third(&mut self, ui: &mut egui::Ui) {
        if let Some(link) = widgets::markdown(ui, MARKDOWN) {
            ui.copy_text(link);
        }
        ui.allocate_ui(egui::vec2(ui.available_width(), 260.0), |ui| {
            ui.set_height(260.0);
            let value = serde_json::json!({"schemaType": "ModelInvocationLog", "input": {"inputBodyJson": {"messages": [{"role": "user", "content": [{"text": "Write an e-mail from a customer asking for a refund of order #3256 because the parcel arrived damaged, politely but firmly, and attach two photos"}]}]}, "inputTokenCount": 93}, "ok": true, "none": null});
            self.tree.show(ui, 1, &value);
        });
        let theme = Theme::of(ui);
        Card::new("Models").show(ui, |ui| {
            for model in ["haiku-4-5", "sonnet-4-6", "opus-4-7", "sonnet-5", "claude-v2"] {
                ui.colored_label(theme.series(model).color, model);
            }
        });
        if Empty::new(icons::INBOX, "No invocation yet")
            .detail("Invocations appear here some seconds after the first prompt")
            .action("Open the playground")
            .show(ui)
        {
            ui.copy_text("clicked".to_owned());
        }
    }
}

fn all_icons(ui: &mut egui::Ui) {
    let color = Theme::of(ui).text2;
    ui.add_space(size::GAP_LARGE);
    ui.horizontal_wrapped(|ui| {
        for icon in icons::ALL {
            icons::icon(ui, icon, color);
        }
    });
}
