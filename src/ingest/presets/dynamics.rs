//! Dynamics 365: opportunities and activities as exported to Excel. Revenue and close date are two columns each,
//! estimated and actual; the status says which holds.

use super::Preset;
use crate::model::Table;

pub(super) static PRESET: Preset = Preset {
    name: "Dynamics 365",
    tables: &[
        (
            Table::Opportunities,
            &[
                ("id", &["donotmodifyopportunity", "opportunityid"]),
                ("name", &["topic", "name"]),
                ("account", &["account", "potentialcustomer", "customer", "parentaccountid", "accountname"]),
                ("owner", &["owner", "ownerid", "owninguser"]),
                ("stage", &["salesstage", "pipelinephase", "stepname", "stage", "stagename", "processstage"]),
                ("amount", &["estrevenue", "estimatedrevenue", "estimatedvalue", "totalamount"]),
                ("actual_amount", &["actualrevenue", "actualvalue"]),
                ("currency", &["currency", "transactioncurrencyid"]),
                ("created_date", &["createdon"]),
                ("close_date", &["estclosedate", "estimatedclosedate"]),
                ("closed_on", &["actualclosedate"]),
                ("status", &["status", "statecode"]),
                ("forecast_category", &["forecastcategory", "msdynforecastcategory"]),
                ("probability", &["probability", "closeprobability"]),
                ("pipeline", &["processid", "salesprocess", "process"]),
                ("type", &["opportunitytype", "type"]),
                ("segment", &["segment", "industry"]),
                ("product", &["product", "existingproduct"]),
                ("source", &["leadsource", "sourcecampaign", "originatinglead"]),
                ("competitor", &["competitor", "competitors"]),
                ("reason", &["statusreason", "statuscode"]),
                ("next_step", &["nextstep"]),
                ("next_step_date", &["nextstepduedate", "nextstepdate"]),
                ("last_activity_date", &["lastactivitydate", "lastinteractiondate"]),
            ],
        ),
        (
            Table::Activities,
            &[
                (
                    "id",
                    &[
                        "donotmodifyactivity",
                        "donotmodifyphonecall",
                        "donotmodifyappointment",
                        "donotmodifytask",
                        "activityid",
                        "activity",
                    ],
                ),
                ("owner", &["owner", "ownerid"]),
                (
                    "date",
                    &["actualend", "enddate", "duedate", "starttime", "startdate", "scheduledstart", "scheduledend"],
                ),
                ("type", &["activitytype", "activitytypecode"]),
                ("opportunity_id", &["regardingobjectid", "regardingopportunityid"]),
                ("status", &["activitystatus", "status", "statecode"]),
                ("outcome", &["statusreason"]),
                ("minutes", &["duration", "actualduration", "actualdurationminutes"]),
                ("subject", &["subject"]),
            ],
        ),
    ],
    marks: &["donotmodify", "topic", "estrevenue", "estclosedate", "potentialcustomer", "pipelinephase"],
    advice: &[
        (
            "id",
            "export with \"Static worksheet\" or \"Dynamic worksheet\" from Dynamics 365, and keep its hidden first columns",
        ),
        ("owner", "add the column \"Owner\" to the view in Dynamics 365 and export it again"),
        (
            "stage",
            "add the column \"Sales Stage\" or \"Pipeline Phase\" to the view in Dynamics 365 and export it again",
        ),
        ("amount", "add the column \"Est. revenue\" to the view in Dynamics 365 and export it again"),
        ("created_date", "add the column \"Created On\" to the view in Dynamics 365 and export it again"),
        ("close_date", "add the column \"Est. close date\" to the view in Dynamics 365 and export it again"),
    ],
    open_stages: &["Qualify", "Develop", "Propose", "Close"],
    won_stages: &["Won"],
    lost_stages: &["Lost"],
};
