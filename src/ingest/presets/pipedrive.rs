//! Pipedrive: deals and activities as exported. Won and lost are a status there, not a stage.

use super::Preset;
use crate::model::Table;

pub(super) static PRESET: Preset = Preset {
    name: "Pipedrive",
    tables: &[
        (
            Table::Opportunities,
            &[
                ("id", &["dealid", "id"]),
                ("name", &["dealtitle", "title"]),
                ("account", &["dealorganization", "organization", "dealorganizationname"]),
                ("owner", &["dealowner", "owner", "dealownername"]),
                ("stage", &["dealstage", "stage"]),
                ("amount", &["dealvalue", "value"]),
                ("currency", &["dealcurrencyofvalue", "dealcurrency", "currencyofvalue", "currency"]),
                ("created_date", &["dealdealcreated", "dealcreated", "dealaddtime", "dealcreatedon", "addtime"]),
                ("close_date", &["dealexpectedclosedate", "expectedclosedate"]),
                ("won_on", &["dealwontime", "wontime"]),
                ("lost_on", &["deallosttime", "losttime"]),
                ("closed_on", &["dealdealclosedon", "dealclosedon", "dealclosetime", "closetime"]),
                ("status", &["dealstatus", "status"]),
                ("probability", &["dealprobability", "probability"]),
                ("pipeline", &["dealpipeline", "pipeline"]),
                ("type", &["deallabel", "label", "dealtype"]),
                ("segment", &["dealsegment", "segment"]),
                ("product", &["dealproductname", "productname", "dealproduct"]),
                ("source", &["dealsourcechannel", "dealsource", "dealsourceorigin", "sourcechannel", "leadsource"]),
                ("competitor", &["dealcompetitor", "competitor"]),
                ("reason", &["deallostreason", "lostreason"]),
                ("next_step", &["dealnextstep", "nextstep"]),
                ("next_step_date", &["dealnextactivitydate", "nextactivitydate"]),
                ("last_activity_date", &["deallastactivitydate", "lastactivitydate"]),
            ],
        ),
        (
            Table::Activities,
            &[
                ("id", &["activityid", "id"]),
                (
                    "owner",
                    &[
                        "activityassignedtouser",
                        "activityowner",
                        "activityuser",
                        "activityassignedto",
                        "assignedtouser",
                        "assignedto",
                        "activitycreator",
                        "owner",
                    ],
                ),
                ("date", &["activityduedate", "duedate"]),
                ("type", &["activitytype", "type"]),
                ("opportunity_id", &["activitydealid", "dealid"]),
                ("account", &["activityorganization", "organization"]),
                ("done", &["activitydonedonetodo", "activitydone", "activitystatus", "done"]),
                ("clock", &["activityduration", "duration"]),
                ("subject", &["activitysubject", "subject"]),
            ],
        ),
        (
            Table::Reps,
            &[("name", &["username", "name"]), ("id", &["userid", "id"]), ("email", &["useremail", "email"])],
        ),
    ],
    marks: &[
        "dealid",
        "dealtitle",
        "dealvalue",
        "dealstatus",
        "dealdealcreated",
        "activitydonedonetodo",
        "activityduedate",
        "activitydealid",
        "wontime",
        "losttime",
    ],
    advice: &[
        ("id", "tick the column \"ID\" under Deal in Pipedrive's list view and export it again"),
        (
            "owner",
            "tick the column \"Owner\" under Deal (of activities: \"Assigned to user\") in Pipedrive's list view and export it again",
        ),
        ("stage", "tick the column \"Stage\" under Deal in Pipedrive's list view and export it again"),
        ("amount", "tick the column \"Value\" under Deal in Pipedrive's list view and export it again"),
        ("created_date", "tick the column \"Deal created\" under Deal in Pipedrive's list view and export it again"),
        (
            "close_date",
            "tick the column \"Expected close date\" under Deal in Pipedrive's list view and export it again",
        ),
    ],
    open_stages: &["Qualified", "Contact Made", "Demo Scheduled", "Proposal Made", "Negotiations Started"],
    won_stages: &["Won"],
    lost_stages: &["Lost"],
};
