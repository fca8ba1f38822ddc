//! HubSpot: views of deals and calls as exported, with labels or with internal names.

use super::Preset;
use crate::model::Table;

pub(super) static PRESET: Preset = Preset {
    name: "HubSpot",
    tables: &[
        (
            Table::Opportunities,
            &[
                (
                    "id",
                    &[
                        "recordid",
                        "recordiddeal",
                        "recordiddeals",
                        "dealid",
                        "hsobjectid",
                        "objectid",
                    ],
                ),
                ("name", &["dealname", "name"]),
                (
                    "account",
                    &[
                        "associatedcompany",
                        "associatedcompanyprimary",
                        "primaryassociatedcompany",
                        "primarycompany",
                        "companyname",
                        "associatedcompanynames",
                        "company",
                    ],
                ),
                (
                    "owner",
                    &["dealowner", "owner", "hubspotownerid", "owneremail", "hubspotowner"],
                ),
                ("stage", &["dealstage", "stage"]),
                ("amount", &["amount", "dealamount"]),
                ("currency", &["currency", "dealcurrencycode"]),
                ("created_date", &["createdate", "createddate", "hscreatedate"]),
                ("close_date", &["closedate"]),
                (
                    "forecast_category",
                    &["forecastcategory", "hsmanualforecastcategory", "hsforecastcategory"],
                ),
                (
                    "probability",
                    &[
                        "dealprobability",
                        "hsdealstageprobability",
                        "forecastprobability",
                        "probability",
                    ],
                ),
                ("pipeline", &["pipeline", "dealpipeline"]),
                ("type", &["dealtype", "type"]),
                ("segment", &["segment", "industry"]),
                ("product", &["product", "products", "productname"]),
                (
                    "source",
                    &[
                        "originaltrafficsource",
                        "originalsource",
                        "originalsourcetype",
                        "dealsource",
                        "hsanalyticssource",
                        "leadsource",
                    ],
                ),
                ("competitor", &["competitor", "competitors", "primarycompetitor"]),
                (
                    "reason",
                    &["closedlostreason", "closedwonreason", "reason", "lossreason"],
                ),
                ("next_step", &["nextstep", "hsnextstep"]),
                (
                    "next_step_date",
                    &["nextstepdate", "nextactivitydate", "notesnextactivitydate"],
                ),
                (
                    "last_activity_date",
                    &[
                        "lastactivitydate",
                        "notescontacted",
                        "lastcontacted",
                        "noteslastupdated",
                    ],
                ),
                ("is_closed", &["isdealclosed", "hsisclosed", "isclosednumeric"]),
                ("is_won", &["isclosedwon", "hsisclosedwon"]),
            ],
        ),
        (
            Table::StageHistory,
            &[
                ("opportunity_id", &["recordid", "dealid", "objectid", "hsobjectid"]),
                ("changed_at", &["changedate", "changedat", "timestamp", "date"]),
                ("field", &["propertyname", "property"]),
                ("old_value", &["oldvalue", "previousvalue"]),
                ("new_value", &["propertyvalue", "newvalue", "value"]),
            ],
        ),
        (
            Table::Activities,
            &[
                ("id", &["recordid", "hsobjectid", "callid", "meetingid", "activityid"]),
                (
                    "owner",
                    &[
                        "activityassignedto",
                        "assignedto",
                        "hubspotownerid",
                        "owner",
                        "callowner",
                    ],
                ),
                (
                    "date",
                    &[
                        "activitydate",
                        "calldate",
                        "hstimestamp",
                        "createdate",
                        "meetingstarttime",
                        "date",
                    ],
                ),
                (
                    "type",
                    &[
                        "activitytype",
                        "type",
                        "callandmeetingtype",
                        "calltype",
                        "hsactivitytype",
                    ],
                ),
                ("opportunity_id", &["associateddealids", "associateddealid", "dealid"]),
                ("account", &["associatedcompany", "company", "associatedcompanyprimary"]),
                (
                    "status",
                    &["callstatus", "hscallstatus", "meetingoutcome", "taskstatus", "status"],
                ),
                ("outcome", &["calloutcome", "hscalldisposition", "outcome"]),
                ("clock", &["callduration", "hscallduration", "duration"]),
                (
                    "subject",
                    &["calltitle", "hscalltitle", "subject", "title", "meetingname"],
                ),
                (
                    "is_call",
                    &[
                        "calltitle",
                        "hscalltitle",
                        "callduration",
                        "hscallduration",
                        "calloutcome",
                        "callstatus",
                    ],
                ),
            ],
        ),
        (
            Table::Reps,
            &[
                ("name", &["name", "fullname", "user"]),
                ("first_name", &["firstname"]),
                ("last_name", &["lastname"]),
                ("id", &["ownerid", "userid", "id"]),
                ("email", &["email", "emailaddress"]),
                ("team", &["primaryteam", "mainteam", "team", "teams"]),
                ("role", &["role", "jobtitle"]),
                ("manager", &["manager"]),
            ],
        ),
    ],
    marks: &[
        "recordid",
        "propertyvalue",
        "dealstage",
        "dealowner",
        "hsobjectid",
        "hubspotownerid",
        "dateentered",
        "calloutcome",
        "callduration",
        "associateddeal",
        "activityassignedto",
    ],
    advice: &[
        (
            "id",
            "add the property \"Record ID\" to the view in HubSpot and export it again",
        ),
        (
            "owner",
            "add the property \"Deal owner\" (of calls: \"Activity assigned to\") to the view in HubSpot and export it again",
        ),
        (
            "stage",
            "add the property \"Deal Stage\" to the view in HubSpot and export it again",
        ),
        (
            "amount",
            "add the property \"Amount\" to the view in HubSpot and export it again",
        ),
        (
            "created_date",
            "add the property \"Create Date\" to the view in HubSpot and export it again",
        ),
        (
            "close_date",
            "add the property \"Close Date\" to the view in HubSpot and export it again",
        ),
        (
            "date",
            "add the property \"Activity date\" to the view in HubSpot and export it again",
        ),
    ],
    open_stages: &[
        "Appointment Scheduled",
        "Qualified To Buy",
        "Presentation Scheduled",
        "Decision Maker Bought-In",
        "Contract Sent",
    ],
    won_stages: &["Closed Won"],
    lost_stages: &["Closed Lost"],
};
