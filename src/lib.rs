//! Requests that manage virtual machines' identities through Azure Resource Manager (ARM).
pub mod arm;
pub mod container;
pub mod json;
pub mod lint;
pub mod notation;
pub mod report;
pub mod scenario;
pub mod schema;
pub mod text;
