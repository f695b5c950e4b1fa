//! Identities of a virtual machine or scale set: the state, what a request says of it, and what that does.
//!
//! [`Identity`] is what a resource has. [`IdentityBlock`] is what a body says, in the form of an API version.
//! [`plan`] writes the block that leads from one state to another; [`apply`] is the model of what Azure Resource
//! Manager does with a block, or how it [refuses](Refusal) it. [`dropped`] and [`drops`] tell what a block takes
//! away, from a known state and in general. [`parse_identity_type`] reads the `type` as authors spell it.

mod apply;
mod block;
mod contract;
mod drops;
mod kind;
mod plan;
mod refusal;
mod state;

pub use apply::apply;
pub use block::{BlockIds, IdChange, IdentityBlock};
pub use contract::IdentityContract;
pub use drops::{Dropped, Drops, UserAssignedDrops, dropped, drops};
pub use kind::{IdentityType, IdentityTypeReading, parse_identity_type, published_identity_type};
pub use plan::{Plan, PlanError, PlanErrorReason, plan, without_what_stays};
pub use refusal::{Refusal, RefusalKind};
pub use state::{Identity, IdentityId, IdentityIds};
