//! Everything that a screen shows of a step before it runs. Pure: made anew from values and facts whenever either changes.

use super::action::Document;
use super::actions;
use super::facts::Facts;
use super::form::{Field, Note, Values, is_valid};
use super::manifest::Step;
use crate::aws::operation::PlannedCall;

/// What a step asks, says and plans.
#[derive(Debug, Clone, PartialEq)]
pub struct StepView {
    /// The values that the rest was made of.
    pub values: Values,
    /// The fields to show, in order.
    pub fields: Vec<Field>,
    /// What is to be said about values.
    pub notes: Vec<Note>,
    /// Policies and other texts to be sent.
    pub documents: Vec<Document>,
    /// The calls to come, with Region and account filled into their permissions.
    pub plan: Vec<PlannedCall>,
    /// What the button says.
    pub run_label: &'static str,
    /// What undoing does; empty when there is nothing to undo.
    pub undo_text: &'static str,
    /// A few words for the list of steps.
    pub summary: String,
}

impl StepView {
    /// The view of `step` with `values` in its form.
    pub fn of(step: &Step, values: &Values, facts: &Facts) -> Option<Self> {
        let action = actions::find(&step.action)?;
        let fields = action.fields().iter().filter(|field| field.is_shown(values)).copied().collect();
        let mut plan = action.plan(values, facts);
        for permission in plan.iter_mut().flat_map(|call| &mut call.permissions) {
            *permission = permission.resolved(&facts.region, &facts.account);
        }
        Some(Self {
            values: values.clone(),
            fields,
            notes: action.judge(values, facts),
            documents: action.documents(values, facts),
            plan,
            run_label: action.run_label(values),
            undo_text: action.undo_text(values),
            summary: action.summary(values),
        })
    }

    /// Whether the form can be run as it is.
    pub fn is_valid(&self) -> bool {
        is_valid(&self.notes)
    }

    /// The worst note on a field.
    pub fn note(&self, field: &str) -> Option<&Note> {
        self.notes.iter().filter(|note| note.field == field).max_by_key(|note| note.level)
    }
}
