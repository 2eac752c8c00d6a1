//! 样板城市的企业: two thousand company files with what registers know of them, their accounts, the policies and their funds.

use anyhow::{Context as _, Result};
use assembly::House;
use city::Contact;
use company::file::fact_list;
use company::policy::{Book, Facts};
use company_acts::{CHUNK, Incoming, NewCompany, NewFund};
use kernel::Actor;
use serde_json::json;

/// Companies of the model city.
const COMPANIES: usize = 2_000;

/// The policies of the model city.
const POLICIES: &str = include_str!("../../../data/policies/city.json");

/// Takes the companies and the policies in.
pub fn begin(app: &House, seed: u64) -> Result<()> {
    let year = app.city.store().now().date().year();
    let made = demo::companies(seed, COMPANIES, year);
    let known = made.iter().map(|c| {
        let facts: serde_json::Map<_, _> = c
            .facts
            .iter()
            .map(|(field, value, source)| {
                let value = value.parse::<i64>().map_or_else(|_| json!(value), |n| json!(n));
                (field.clone(), json!({ "value": value, "source": source }))
            })
            .collect();
        json!({ "company": c.code, "facts": facts })
    });
    let facts = Facts::from_values(known.collect(), &Book::default()).context("facts")?;
    anyhow::ensure!(facts.set_aside.is_empty(), "{:?}", facts.set_aside.first());
    let rows: Vec<Incoming> = made
        .iter()
        .zip(&facts.companies)
        .zip(1..)
        .map(|((c, known), row)| Incoming {
            row,
            new: NewCompany {
                code: c.code.clone(),
                name: c.name.clone(),
                size: c.size.to_owned(),
                industry: c.industry.to_owned(),
                region: c.region.clone(),
                commissioner: String::new(),
                contact: Contact { name: c.contact.clone(), phone: c.phone.clone(), ..Contact::default() },
            },
            facts: fact_list(&facts, known),
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        for taken in app.companies.import(Actor::system(), chunk.to_vec()).wait()? {
            anyhow::ensure!(taken == company_acts::Taken::Added, "{taken:?}");
        }
    }
    let ver = app
        .companies
        .propose_policies(Actor::system(), POLICIES.to_owned(), "样板城市的政策".to_owned())
        .wait()
        .context("data/policies/city.json")?;
    app.companies.release_policies(Actor::system(), ver).wait()?;
    funds(app)?;
    for (n, c) in (0_u64..).zip(&made) {
        // One in six has confirmed no account yet, and one pair shares one: a list shows both.
        if n % 6 == 5 {
            continue;
        }
        let number = format!("62284804025{:08}", if n == 7 { 6 } else { n });
        let (bank, why) = ("云汀农商银行营业部".to_owned(), "开户时登记".to_owned());
        app.companies.enter_account(Actor::system(), c.code.clone(), bank, number, why).wait()?;
    }
    Ok(())
}

/// The funds that the policies name, paid by the office that answers for their items.
fn funds(app: &House) -> Result<()> {
    let (_, missing) = app.companies.funds(Actor::system()).wait()?;
    for fund in missing {
        let fund = NewFund { source: "市级财政预算".into(), why: "年初预算".into(), ..fund };
        app.companies.put_fund(Actor::system(), fund, None).wait()?;
    }
    Ok(())
}
