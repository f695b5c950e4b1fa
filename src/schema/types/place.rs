//! What stands at a place of a body, in one version and in all of them.

use super::{Described, Form, InVersion, Shape};
use crate::schema::Step;
use crate::schema::history::{VersionRange, ranges};

/// What a place of a body may hold. Variants may each have something else there.
#[derive(Clone, Copy, Debug)]
pub struct Found<'p> {
    /// What it holds.
    pub shape: Shape<'p>,
    /// The object around it requires it.
    pub required: bool,
    /// The service sets it.
    pub read_only: bool,
}

/// Alternatives that are followed at one place; no published type has as many variants.
const MAX_FOUND: usize = 2_000;

impl<'p> Shape<'p> {
    /// What may stand at a place below: of every variant what it has there, names compared without case. A map has
    /// every name.
    pub fn at(self, steps: &[Step<'_>]) -> Vec<Found<'p>> {
        let mut found = vec![Found { shape: self, required: false, read_only: false }];
        for step in steps {
            let mut next: Vec<Found<'p>> = Vec::new();
            for Found { shape, .. } in found {
                shape.below(*step, &mut next);
                if next.len() >= MAX_FOUND {
                    break;
                }
            }
            found = next;
        }
        found
    }

    fn below(self, step: Step<'_>, out: &mut Vec<Found<'p>>) {
        let mut add = |found: Found<'p>| {
            let is_new = |it: &Found<'p>| {
                it.shape != found.shape || it.required != found.required || it.read_only != found.read_only
            };
            if out.iter().all(is_new) {
                out.push(found);
            }
        };
        match (self.form(), step) {
            (Form::Any, _) => add(Found { shape: self, required: false, read_only: false }),
            (Form::List { item, .. }, Step::Element) => {
                add(Found { shape: item, required: false, read_only: false });
            }
            (_, Step::Name(name)) => {
                for object in self.objects() {
                    match (object.property(name), object.others()) {
                        (Some(property), _) => add(Found {
                            shape: property.shape(),
                            required: property.is_required(),
                            read_only: property.is_read_only(),
                        }),
                        (None, Some(shape)) => add(Found { shape, required: false, read_only: false }),
                        (None, None) => {}
                    }
                }
            }
            (_, Step::Element) => {}
        }
    }
}

impl<'p> Described<'p> {
    /// The versions for which `has` holds, as ranges.
    pub fn versions_with(self, has: impl Fn(InVersion<'p>) -> bool) -> Vec<VersionRange> {
        let versions: Vec<_> = self.versions().map(InVersion::version).collect();
        ranges(&versions, |version| self.version(version).is_some_and(&has))
    }

    /// The versions in which a request may set what stands at this place, oldest first.
    pub fn history(self, steps: &[Step<'_>]) -> Vec<VersionRange> {
        self.versions_with(|it| it.shape().at(steps).iter().any(|found| !found.read_only))
    }

    /// The versions in which the property at this place takes `value`: because it is listed, or because any text is
    /// taken there.
    pub fn value_history(self, steps: &[Step<'_>], value: &str) -> Vec<VersionRange> {
        self.versions_with(|it| it.shape().at(steps).iter().any(|found| found.shape.takes(value)))
    }

    /// In how many of the versions that have the object around a place the object requires what is there, and how
    /// many those are.
    pub fn required_in(self, steps: &[Step<'_>]) -> (usize, usize) {
        let Some((_, around)) = steps.split_last() else { return (0, 0) };
        let mut counts = (0, 0);
        for version in self.versions() {
            let body = version.shape();
            if !body.at(around).is_empty() {
                counts.1 += 1;
                counts.0 += usize::from(body.at(steps).iter().any(|found| found.required));
            }
        }
        counts
    }
}

impl Shape<'_> {
    /// True if `value` is among the listed ones, or nothing is listed. Case counts.
    fn takes(self, value: &str) -> bool {
        match self.form() {
            Form::Values(values) => values.iter().any(|it| it == value),
            _ => true,
        }
    }
}
