//! Calls that the same words make because a variable is set otherwise behind each branch.

use std::rc::Rc;

use super::{Call, Payload};
use crate::arm::RequestUrl;
use crate::text::Fragment;

/// A variable that may be more things than these is none of them.
pub(super) const MAX_CHOICES: usize = 8;
/// Branchings that a call depends on; those behind are not followed.
const MAX_MET: usize = 4;

/// What a value is behind each of the branches of which one was run.
#[derive(Debug)]
pub(super) struct Choices<T> {
    /// Which branches: values with the same number belong together branch by branch.
    pub(super) of: usize,
    /// By branch; `None` where it has no value, or nothing goes on.
    pub(super) items: Vec<Option<T>>,
}

impl<T> Choices<T> {
    /// Adds them to those that were `met`, each once.
    pub(super) fn note_in(self: &Rc<Self>, met: &mut Vec<Rc<Self>>) {
        if met.len() < MAX_MET && !met.iter().any(|it| it.of == self.of) {
            met.push(Rc::clone(self));
        }
    }
}

/// What is listed of a call: `whole` is what it says without a look behind the branches, `groups` are the calls that
/// are made behind each branch of one branching. Of two branchings that have nothing to do with each other one is
/// followed, so that nothing is put together that no run does.
pub(super) fn listed<'s>(whole: Call<'s>, groups: Vec<Vec<Call<'s>>>) -> Vec<Call<'s>> {
    let mut best: Vec<Call<'s>> = Vec::new();
    for group in groups {
        let mut made: Vec<Call<'s>> = Vec::new();
        for call in group {
            if !made.iter().any(|it| is_alike(it, &call)) {
                made.push(call);
            }
        }
        // What says the address goes before what says the rest.
        if best.is_empty() || (!best.iter().any(Call::is_arm) && made.iter().any(Call::is_arm)) {
            best = made;
        }
    }
    if best.len() < 2 && !best.iter().any(|it| !is_alike(it, &whole)) {
        return vec![whole];
    }
    for (number, call) in (1_u8..).zip(&mut best) {
        call.alternative = number;
        if number == 1 {
            call.left_out = call.left_out.max(whole.left_out);
        }
    }
    best
}

/// True if two calls send the same body and ask for the same: the names of resources may differ.
fn is_alike(a: &Call<'_>, b: &Call<'_>) -> bool {
    fn texts<'c>(call: &'c Call<'_>) -> [Option<&'c str>; 2] {
        let body = match &call.body {
            Payload::Text(body) | Payload::File(body) | Payload::Unknown(body) => Some(body),
            Payload::None => None,
        };
        [call.method.as_ref(), body].map(|part| part.map(Fragment::text))
    }
    if texts(a) != texts(b) {
        return false;
    }
    let (Some(one), Some(other)) = (&a.url, &b.url) else { return a.url.is_none() == b.url.is_none() };
    let (one, other) = (RequestUrl::read(one.text()), RequestUrl::read(other.text()));
    let is_said = one.resource_type().is_some() && one.version().is_some();
    let says = |url: &RequestUrl<'_>| {
        (url.resource_type(), url.version(), url.service(), url.names().count(), url.problems.len())
    };
    one.text == other.text || (is_said && says(&one) == says(&other) && one.action() == other.action())
}
