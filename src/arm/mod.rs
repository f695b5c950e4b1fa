//! Azure Resource Manager's own words, without any I/O.
//!
//! [`ApiVersion`], [`Method`] and [`ResourceType`] are the small words; [`versions`] is the table of everything
//! that was published and what each version lets a request say about identities. [`placeholder`] knows what
//! authors write for a reader to fill in, [`guid`] tells real GUIDs from made-up ones, [`ResourceName`] keeps the
//! naming rules. [`ResourceId`] and [`UserAssignedIdentityId`] are ids, [`ResourceIdError`] what is wrong with one
//! and how it is fixed; [`RequestUrl`] takes a URL apart; [`Request`] is a whole call, its [`Blank`]s
//! to be filled in. [`identity`] has what a resource's identities are, and
//! the algebra of changing them: [`plan`] and [`apply`]. [`expression`] is the language of
//! ARM templates.

mod actions;
mod api_version;
mod evaluation;
pub mod expression;
pub mod guid;
mod id_error;
pub mod identity;
pub mod members;
mod method;
mod path;
pub mod placeholder;
mod request;
mod request_url;
mod resource_id;
mod resource_name;
mod resource_type;
mod scopes;
mod segment;
mod text;
mod typed_id;
pub mod versions;

pub use api_version::{ApiVersion, ApiVersionError, Stage};
pub(crate) use evaluation::Evaluation;
pub use expression::{Expression, is_expression};
pub use guid::{is_real_guid, is_zero_guid, looks_like_guid};
pub use id_error::{ResourceIdError, ResourceIdErrorKind};
pub use identity::{
    BlockIds, Dropped, Drops, IdChange, Identity, IdentityBlock, IdentityContract, IdentityId, IdentityIds,
    IdentityType, IdentityTypeReading, Plan, PlanError, PlanErrorReason, Refusal, RefusalKind,
    UserAssignedDrops, apply, dropped, drops, parse_identity_type, plan, published_identity_type,
    without_what_stays,
};
pub use method::{Method, UnknownMethod};
pub use path::ProviderPart;
pub use placeholder::{
    Placeholder, PlaceholderStyle, contains_placeholder, find_placeholders, is_open_version, is_placeholder,
};
pub use request::{
    Blank, BlankStyle, BodyValue, JSON_CONTENT_TYPE, Part, Request, RequestTarget, Text, UnknownBlankStyle,
    UrlReadError, canonical_blanks,
};
pub use request_url::{
    ApiVersionParameter, Cloud, RequestUrl, Service, UnknownCloud, UrlProblem, UrlProblemKind, UrlTarget,
    is_quote,
};
pub use resource_id::ResourceId;
pub use resource_name::{NameError, NameKind, NameRule, ResourceName};
pub use resource_type::{
    DEPLOYMENTS, ResourceType, ResourceTypeName, TypeMark, UnknownResourceType, is_deployment,
};
pub use scopes::{Level, Scopes};
pub use segment::Segment;
pub(crate) use segment::decode_percent;
pub(crate) use text::{SECRET_WORDS, has_word_for_secret, is_secure_type};
pub use typed_id::{
    CaseDeviation, TypedResourceId, UserAssignedIdentityId, parse_id_of, parse_user_assigned,
};
pub use versions::{
    IdentityForm, PublishedVersion, first_with, first_with_patch, identity_form, nearest_earlier,
    nearest_later, newest_stable, published,
};
