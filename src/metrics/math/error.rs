//! What can be wrong with an expression.

/// An error of metric math with the place in the expression that it is about.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{problem}")]
pub struct MathError {
    /// Where, in characters from the start of the expression.
    pub at: usize,
    /// What.
    pub problem: Problem,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Problem {
    /// The expression is empty or longer than CloudWatch allows.
    #[error("The expression must have between 1 and {most} characters")]
    Length {
        /// Most characters.
        most: usize,
    },
    /// Parentheses, lists, calls and signs go too deep.
    #[error("The expression is nested more than {most} levels deep")]
    Depth {
        /// Most levels.
        most: usize,
    },
    /// A character or word that cannot stand here. CloudWatch says `Invalid syntax` and no more.
    #[error("Invalid syntax: found {found} at position {at} where {expected} should be")]
    Syntax {
        /// Position in characters.
        at: usize,
        /// What stands there.
        found: String,
        /// What could stand there.
        expected: &'static str,
    },
    /// A name in capitals that is no function, worded as CloudWatch does.
    #[error("Function '{0}' not found")]
    UnknownFunction(String),
    /// A part of metric math that this program does not have.
    #[error("{0} is not available here")]
    Unsupported(String),
    /// No metric or expression has this id.
    #[error("Variable '{0}' not found")]
    UnknownId(String),
    /// An expression needs its own value.
    #[error("The expression refers to itself by way of '{0}'")]
    Cycle(String),
    /// A function got arguments that it cannot take.
    #[error("{function} takes {wanted}")]
    Arguments {
        /// The function's name.
        function: &'static str,
        /// What it takes.
        wanted: &'static str,
    },
    /// An operator stands between values that it cannot join.
    #[error("Unsupported operand types for {operator}: {left} and {right}")]
    Operands {
        /// The operator.
        operator: &'static str,
        /// Type of the left operand, as CloudWatch abbreviates it: S, TS, TS[].
        left: &'static str,
        /// Type of the right operand.
        right: &'static str,
    },
    /// Two arrays of different sizes are joined.
    #[error("The arrays of time series on both sides of {operator} have different sizes: {left} and {right}")]
    Sizes {
        /// The operator.
        operator: &'static str,
        /// Series on the left.
        left: usize,
        /// Series on the right.
        right: usize,
    },
    /// The expression ends in a number.
    #[error("The final result of an expression must be a time series or an array of time series, not a scalar number")]
    Scalar,
    /// The work would not fit into memory.
    #[error("The expression needs more than {most} datapoints; choose a longer period or a shorter time range")]
    Points {
        /// Most datapoints.
        most: usize,
    },
    /// Something about a search.
    #[error("Invalid search expression: {0}")]
    Search(String),
    /// Something about a band.
    #[error("{0}")]
    Band(String),
}

impl MathError {
    pub(super) fn new(at: usize, problem: Problem) -> Self {
        Self { at, problem }
    }

    pub(super) fn arguments(at: usize, function: &'static str, wanted: &'static str) -> Self {
        Self::new(at, Problem::Arguments { function, wanted })
    }
}
