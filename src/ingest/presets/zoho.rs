//! Zoho CRM: deals, calls and meetings as exported, with labels or API names.

use super::Preset;
use crate::model::Table;

pub(super) static PRESET: Preset = Preset {
    name: "Zoho",
    tables: &[
        (
            Table::Opportunities,
            &[
                ("id", &["dealid", "recordid", "potentialid", "id"]),
                ("name", &["dealname", "potentialname"]),
                ("account", &["accountname", "accountnamename"]),
                (
                    "owner",
                    &["dealowner", "dealownername", "potentialowner", "owner", "ownername"],
                ),
                ("stage", &["stage"]),
                ("amount", &["amount"]),
                ("currency", &["currency"]),
                ("created_date", &["createdtime"]),
                ("close_date", &["closingdate"]),
                ("forecast_category", &["forecastcategory", "forecasttype"]),
                ("probability", &["probability"]),
                ("pipeline", &["pipeline", "layout"]),
                ("type", &["type"]),
                ("segment", &["segment", "industry"]),
                ("product", &["product", "productname"]),
                ("source", &["leadsource"]),
                ("competitor", &["competitor", "competitors"]),
                (
                    "reason",
                    &["reasonforloss", "reasonforlosss", "lostreason", "lossreason"],
                ),
                ("next_step", &["nextstep"]),
                ("next_step_date", &["nextstepdate"]),
                ("last_activity_date", &["lastactivitytime", "lastactivitydate"]),
            ],
        ),
        (
            Table::StageHistory,
            &[
                ("opportunity_id", &["dealid", "recordid", "potentialid"]),
                ("changed_at", &["modifiedtime", "lastmodifiedtime", "changedtime"]),
                ("stage", &["stage"]),
                ("from_stage", &["fromstage", "movedfrom"]),
                ("to_stage", &["movedto", "tostage"]),
                ("amount", &["amount"]),
                ("close_date", &["closingdate", "closedate"]),
                ("probability", &["probability"]),
            ],
        ),
        (
            Table::Activities,
            &[
                ("id", &["recordid", "callid", "activityid", "eventid", "id"]),
                (
                    "owner",
                    &["callowner", "taskowner", "eventowner", "activityowner", "host", "owner"],
                ),
                ("date", &["callstarttime", "duedate", "from", "startdatetime"]),
                ("type", &["activitytype", "calltype"]),
                ("opportunity_id", &["relatedtoid", "dealid", "whatid"]),
                ("account", &["accountname"]),
                ("status", &["callstatus", "outgoingcallstatus", "status"]),
                ("outcome", &["callresult"]),
                ("seconds", &["calldurationinseconds"]),
                ("clock", &["callduration"]),
                ("subject", &["subject", "title"]),
                ("is_call", &["callowner", "callstarttime"]),
            ],
        ),
    ],
    marks: &[
        "closingdate",
        "dealowner",
        "createdtime",
        "modifiedtime",
        "potentialname",
        "callowner",
        "campaignsource",
    ],
    advice: &[
        ("id", "export the module in Zoho with \"Record Id\" among the fields"),
        (
            "owner",
            "export the module in Zoho with \"Deal Owner\" among the fields",
        ),
        (
            "created_date",
            "export the module in Zoho with \"Created Time\" among the fields",
        ),
        (
            "close_date",
            "export the module in Zoho with \"Closing Date\" among the fields",
        ),
    ],
    open_stages: &[
        "Qualification",
        "Needs Analysis",
        "Value Proposition",
        "Identify Decision Makers",
        "Id. Decision Makers",
        "Perception Analysis",
        "Proposal/Price Quote",
        "Negotiation/Review",
    ],
    won_stages: &["Closed Won"],
    lost_stages: &[
        "Closed Lost",
        "Closed Lost to Competition",
        "Closed-Lost to Competition",
    ],
};
