//! Filter patterns to begin with, each with what it selects.

use egui::{Popup, PopupCloseBehavior, RichText, TextStyle, Ui};

use super::send;
use crate::app::Commands;
use crate::app::tail::TailCommand;
use crate::ui::icons;
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::{Push, hint, scroll_up_to, section};

/// Patterns that mean something in a log of invocations, the simplest first, with what they select.
pub const EXAMPLES: [(&str, &str); 12] = [
    ("refund", "Events with this word; letters must match in case"),
    ("refund -damaged", "With the first word and without the second"),
    ("?refund ?parcel", "With either word"),
    ("\"end_turn\"", "With this phrase; anything but letters and digits needs the quotes"),
    ("%toolu?se%", "What a regular expression finds"),
    ("{ $.modelId = \"*haiku*\" }", "Calls of a family of models"),
    ("{ $.operation = \"ConverseStream\" }", "Streamed calls alone"),
    ("{ $.errorCode = \"*\" }", "Failed calls"),
    ("{ $.output.outputTokenCount > 500 }", "Long replies"),
    ("{ $.output.outputBodyJson.stopReason = \"max_tokens\" }", "Replies that were cut short"),
    ("{ $.input.inputTokenCount >= 1000 && $.operation = \"Converse\" }", "Both at once; || is either"),
    ("{ $.identity.arn = \"*Participant\" }", "Calls of one person or role session"),
];

/// A button that opens the examples; a click takes one.
pub fn button(ui: &mut Ui, commands: &mut Commands) {
    let button = ui.add(Push::icon(icons::CIRCLE_QUESTION_MARK, "Examples of filter patterns"));
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClick).show(|ui| {
        ui.set_width(460.0);
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        section(ui, "Filter patterns");
        hint(ui, "CloudWatch sends only what the pattern selects. Click one to take it; the same language as in FilterLogEvents");
        let height = (ui.ctx().content_rect().height() - 220.0).clamp(120.0, 560.0);
        scroll_up_to(height).show(ui, |ui| list(ui, commands));
    });
}

fn list(ui: &mut Ui, commands: &mut Commands) {
    let theme = Theme::of(ui);
    for (pattern, words) in EXAMPLES {
        let mut job = egui::text::LayoutJob::default();
        let style = |style: TextStyle, color| egui::TextFormat { font_id: style.resolve(ui.style()), color, ..Default::default() };
        job.append(pattern, 0.0, style(text::mono_small(), theme.text));
        job.append("\n", 0.0, style(TextStyle::Small, theme.text2));
        job.append(words, 0.0, style(TextStyle::Small, theme.text2));
        if ui.selectable_label(false, job).accessible_name(pattern).clicked() {
            send(commands, TailCommand::SetPattern(pattern.to_owned()));
        }
    }
    ui.label(RichText::new("An empty pattern selects everything").text_style(TextStyle::Small).color(theme.text3));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::filter_pattern::FilterPattern;

    const RECORD: &str = r#"{"operation":"ConverseStream","modelId":"us.anthropic.claude-haiku-4-5","identity":{"arn":"arn:aws:sts::1:assumed-role/R/Participant"},
        "input":{"inputTokenCount":1200,"inputBodyJson":{"text":"a refund of a parcel"}},"output":{"outputTokenCount":600,"outputBodyJson":{"stopReason":"end_turn"}}}"#;

    #[test]
    fn every_example_can_be_read_and_selects_what_it_says() {
        let selected: Vec<_> = EXAMPLES.into_iter().filter(|(pattern, _)| FilterPattern::parse(pattern).unwrap().matches(RECORD)).collect();
        let not = EXAMPLES.into_iter().filter(|example| !selected.contains(example)).map(|(pattern, _)| pattern).collect::<Vec<_>>();
        assert_eq!(not, [EXAMPLES[4].0, EXAMPLES[7].0, EXAMPLES[9].0, EXAMPLES[10].0]);
        let failed = FilterPattern::parse(EXAMPLES[7].0).unwrap();
        assert!(failed.matches(r#"{"errorCode":"ThrottlingException"}"#));
        assert!(FilterPattern::parse(EXAMPLES[4].0).unwrap().matches("toolUse toolse"));
    }
}
