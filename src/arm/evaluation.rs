//! Whose names the template of a nested deployment uses.

/// Where the expressions of a nested deployment's template find parameters and variables.
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/templates/linked-templates#expression-evaluation-scope-in-nested-templates>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evaluation {
    /// In the nested template itself.
    Inner,
    /// In the template around it.
    Outer,
}

impl Evaluation {
    /// What `scope`, the deployment's `expressionEvaluationOptions.scope`, comes to. Where it says neither, a template whose
    /// resources have symbolic names evaluates within and any other one outside.
    pub(crate) fn of(scope: Option<&str>, is_symbolic: bool) -> Self {
        match scope {
            Some(scope) if scope.eq_ignore_ascii_case("inner") => Self::Inner,
            Some(scope) if scope.eq_ignore_ascii_case("outer") => Self::Outer,
            _ if is_symbolic => Self::Inner,
            _ => Self::Outer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_depends_on_symbolic_names() {
        for (scope, is_symbolic, expected) in [
            (Some("Inner"), false, Evaluation::Inner),
            (Some("OUTER"), true, Evaluation::Outer),
            (None, false, Evaluation::Outer),
            (None, true, Evaluation::Inner),
            (Some("other"), true, Evaluation::Inner),
        ] {
            assert_eq!(Evaluation::of(scope, is_symbolic), expected, "{scope:?}");
        }
    }
}
