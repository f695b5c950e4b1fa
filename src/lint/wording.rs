//! Names in sentences.

/// Names beyond this number are counted.
const MOST: usize = 12;

/// ``one of `a`, `b` or `c` ``, without more than some.
pub(super) fn either<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    listed(names, "or")
}

/// `` `a`, `b` and `c` ``, without more than some.
pub(super) fn all_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    listed(names, "and")
}

fn listed<'n>(names: impl IntoIterator<Item = &'n str>, joint: &str) -> String {
    let mut names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if names.len() > MOST {
        let more = names.len() - MOST;
        names.truncate(MOST);
        let of = if joint == "or" { "one of " } else { "" };
        return format!("{} {joint} {of}{more} more", names.join(", "));
    }
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {joint} {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_one_says_them() {
        assert_eq!(all_of(["a"]), "`a`");
        assert_eq!(all_of(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(either(["a", "b"]), "`a` or `b`");
        let many: Vec<String> = (0..14).map(|at| format!("n{at}")).collect();
        assert!(all_of(many.iter().map(String::as_str)).ends_with("`n11` and 2 more"));
        assert!(either(many.iter().map(String::as_str)).ends_with("`n11` or one of 2 more"));
    }
}
