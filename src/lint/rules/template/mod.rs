//! ARM templates.

use crate::lint::Rule;
use crate::lint::rules::request::api_version_missing;
use crate::template::Cause;

mod circular_dependency;
mod condition_kind;
mod copy_count;
mod copy_index_outside;
mod copy_misplaced;
mod default_not_allowed;
mod default_value_kind;
mod depends_on_unknown;
mod duplicate_resource;
mod evaluation_stopped;
mod examine;
mod expression_invalid;
mod expression_not_evaluated;
mod fail_called;
mod function_not_allowed_here;
mod language_version;
mod missing_parameter_value;
mod name_segments;
mod nested_deployment;
mod output_kind;
mod parameter_file;
mod resource_id_segments;
pub(in crate::lint) mod schema_scope;
mod secret_in_command;
mod secure_default;
mod secure_output;
mod secure_to_deployment;
mod template_limits;
pub(in crate::lint) mod template_structure;
mod undefined_function;
mod undefined_member;
mod undefined_output;
mod undefined_parameter;
mod undefined_symbol;
mod undefined_variable;
pub(in crate::lint) mod unknown_template_member;
mod unused_parameter;
mod unused_variable;
mod user_function;
mod value_out_of_bounds;
mod whole;
mod wrong_argument_count;
mod wrong_argument_kind;

pub(in crate::lint) use examine::report;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[
    &expression_invalid::RULE,
    &undefined_parameter::RULE,
    &undefined_variable::RULE,
    &undefined_function::RULE,
    &undefined_member::RULE,
    &undefined_output::RULE,
    &undefined_symbol::RULE,
    &wrong_argument_count::RULE,
    &wrong_argument_kind::RULE,
    &function_not_allowed_here::RULE,
    &fail_called::RULE,
    &condition_kind::RULE,
    &default_value_kind::RULE,
    &default_not_allowed::RULE,
    &value_out_of_bounds::RULE,
    &missing_parameter_value::RULE,
    &parameter_file::RULE,
    &name_segments::RULE,
    &resource_id_segments::RULE,
    &depends_on_unknown::RULE,
    &circular_dependency::RULE,
    &duplicate_resource::RULE,
    &copy_misplaced::RULE,
    &copy_index_outside::RULE,
    &copy_count::RULE,
    &unknown_template_member::RULE,
    &template_structure::RULE,
    &output_kind::RULE,
    &user_function::RULE,
    &nested_deployment::RULE,
    &language_version::RULE,
    &template_limits::RULE,
    &evaluation_stopped::RULE,
    &unused_parameter::RULE,
    &unused_variable::RULE,
    &secure_default::RULE,
    &secure_output::RULE,
    &secure_to_deployment::RULE,
    &secret_in_command::RULE,
    &expression_not_evaluated::RULE,
    &schema_scope::RULE,
];

/// The rule that tells of a cause for which ARM refuses a template.
pub(in crate::lint) fn rule_of_cause(cause: Cause) -> &'static Rule {
    match cause {
        Cause::Structure | Cause::SchemaScope => &template_structure::RULE,
        Cause::UnknownTemplateMember => &unknown_template_member::RULE,
        Cause::ExpressionInvalid => &expression_invalid::RULE,
        Cause::UndefinedParameter => &undefined_parameter::RULE,
        Cause::UndefinedVariable => &undefined_variable::RULE,
        Cause::UndefinedFunction => &undefined_function::RULE,
        Cause::UndefinedMember => &undefined_member::RULE,
        Cause::UndefinedSymbol => &undefined_symbol::RULE,
        Cause::ArgumentCount => &wrong_argument_count::RULE,
        Cause::ArgumentKind => &wrong_argument_kind::RULE,
        Cause::FunctionNotAllowedHere => &function_not_allowed_here::RULE,
        Cause::FailCalled => &fail_called::RULE,
        Cause::ConditionKind => &condition_kind::RULE,
        Cause::DefaultValueKind => &default_value_kind::RULE,
        Cause::DefaultNotAllowed => &default_not_allowed::RULE,
        Cause::ValueOutOfBounds => &value_out_of_bounds::RULE,
        Cause::MissingParameterValue => &missing_parameter_value::RULE,
        Cause::ParameterFile => &parameter_file::RULE,
        Cause::NameSegments => &name_segments::RULE,
        Cause::ResourceIdSegments => &resource_id_segments::RULE,
        Cause::DependsOnUnknown => &depends_on_unknown::RULE,
        Cause::CircularDependency => &circular_dependency::RULE,
        Cause::DuplicateResource => &duplicate_resource::RULE,
        Cause::CopyMisplaced => &copy_misplaced::RULE,
        Cause::CopyIndexOutside => &copy_index_outside::RULE,
        Cause::CopyCount => &copy_count::RULE,
        Cause::OutputKind => &output_kind::RULE,
        Cause::UserFunction => &user_function::RULE,
        Cause::NestedDeployment => &nested_deployment::RULE,
        Cause::LanguageVersion => &language_version::RULE,
        Cause::TemplateLimits | Cause::ResultLimit => &template_limits::RULE,
        Cause::ApiVersion => &api_version_missing::RULE,
        Cause::Budget => &evaluation_stopped::RULE,
    }
}
