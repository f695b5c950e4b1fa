//! `if` and `case`: what a variable is behind their branches.

use super::Command;
use crate::notation::Assigned;
use crate::notation::variables::Branching;

/// Words before a command that are looked at.
const MAX_WORDS: usize = 6;

/// Follows the words of `command` that begin and end branches.
pub(super) fn follow(command: &Command<'_>, scope: &mut Assigned<'_>) {
    for word in command.words.iter().take(MAX_WORDS) {
        let text = word.text.text();
        // In quotes it is a command's name.
        if word.span.len() != text.len() {
            break;
        }
        match text {
            "if" => scope.branch_out(Branching::If),
            "case" => {
                scope.branch_out(Branching::Case);
                break;
            }
            "then" => scope.begin_branch(Branching::If, false),
            "elif" => scope.end_branch(Branching::If),
            "else" => scope.begin_branch(Branching::If, true),
            "fi" => scope.join(Branching::If),
            "esac" => scope.join(Branching::Case),
            "exit" | "return" => {
                scope.leave();
                break;
            }
            "do" | "done" | "{" | "}" | "!" | "while" | "until" => {}
            _ => break,
        }
    }
    if command.is_pattern {
        let is_rest = command.words.last().is_some_and(|word| word.text.text() == "*");
        scope.begin_branch(Branching::Case, is_rest);
    }
}
