//! Where a member that its object does not have is described instead.

use std::collections::{HashMap, HashSet, VecDeque};

use super::super::{Form, Shape};
use super::Judge;
use crate::schema::problem::Place;

/// Nodes of a description that are looked through for a name.
const MAX_NODES: usize = 4_000;

impl Judge<'_, '_, '_> {
    /// Where a member that stands at `place` belongs: in the `properties` (or an element, or a value) of the object, or
    /// in an object around it.
    pub(super) fn meant(&mut self, place: &Place) -> Vec<Place> {
        let shape = self.described.shape();
        let places = self.places.get_or_insert_with(|| settable(shape));
        let Some(Some(name)) = place.steps.last() else { return Vec::new() };
        let Some(all) = places.get(&name.to_ascii_lowercase()) else { return Vec::new() };
        let here = place.parent();
        let around = here.parent();
        let is_below = |it: &Place| {
            let parent = it.parent();
            let through = parent.steps.last().is_some_and(|step| {
                step.as_deref().is_none_or(|name| name == ANY_NAME || name.eq_ignore_ascii_case("properties"))
            });
            through && same(&parent.parent(), &here)
        };
        let is_beside = |it: &Place| !here.steps.is_empty() && same(&it.parent(), &around);
        let is_above = |it: &Place| {
            let parent = it.parent();
            let names: Vec<&str> =
                parent.steps.iter().map(|step| step.as_deref().unwrap_or_default()).collect();
            !parent.steps.is_empty()
                && parent.steps.len() < here.steps.len()
                && parent.steps.iter().all(Option::is_some)
                && here.starts_with(&names)
        };
        let near: Vec<Place> = all.iter().filter(|it| is_below(it) || is_beside(it)).cloned().collect();
        if near.is_empty() { all.iter().filter(|it| is_above(it)).cloned().collect() } else { near }
    }
}

/// Any name of a map.
const ANY_NAME: &str = "*";

pub(super) fn same(a: &Place, b: &Place) -> bool {
    let is = |(a, b): (&Option<String>, &Option<String>)| match (a.as_deref(), b.as_deref()) {
        (Some(a), Some(b)) => a == ANY_NAME || a.eq_ignore_ascii_case(b),
        (a, b) => a == b,
    };
    a.steps.len() == b.steps.len() && a.steps.iter().zip(&b.steps).all(is)
}

/// Where each name may be set, in lower case, the shortest places first. What is reached twice is entered once.
fn settable(body: Shape<'_>) -> HashMap<String, Vec<Place>> {
    let mut out: HashMap<String, Vec<Place>> = HashMap::new();
    let mut seen = HashSet::new();
    let mut open = VecDeque::from([(body, Place::default())]);
    while let Some((shape, place)) = open.pop_front() {
        if seen.len() >= MAX_NODES || !seen.insert(shape.id()) {
            continue;
        }
        if let Form::List { item, .. } = shape.form() {
            let mut place = place.clone();
            place.steps.push(None);
            open.push_back((item, place));
        }
        for object in shape.objects() {
            for property in object.properties() {
                let place = place.member(property.name());
                if !property.is_read_only() {
                    out.entry(property.name().to_ascii_lowercase()).or_default().push(place.clone());
                }
                open.push_back((property.shape(), place));
            }
            if let Some(others) = object.others() {
                open.push_back((others, place.member(ANY_NAME)));
            }
        }
    }
    out
}
