//! AWS errors as people read them.

use crate::aws::AwsError;
use crate::base::problem::Problem;

impl From<AwsError> for Problem {
    fn from(error: AwsError) -> Self {
        Self::new(format!("{} failed", error.operation), error.message.clone(), "Try again").with_details(error.to_string())
    }
}
